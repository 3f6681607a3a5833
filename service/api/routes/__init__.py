"""The endpoints, one noun a file; :mod:`service.app` puts them together."""
