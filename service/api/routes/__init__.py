"""The endpoints, one noun a file; :mod:`service.hosting.app` puts them together."""
