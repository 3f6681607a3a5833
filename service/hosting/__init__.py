"""One running web application: its layers, limits, keys and measurements."""
