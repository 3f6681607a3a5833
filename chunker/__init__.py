"""From a file to passages: reading, segmenting, dating, paging and splitting documents.

Knows files, text, documents, pages and token counts; never models, indexes or HTTP.
"""
