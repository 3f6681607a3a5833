"""Measurements that teach how the product is built; not part of the installed program."""
