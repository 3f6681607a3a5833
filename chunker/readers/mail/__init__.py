"""Mails: single ones, mailboxes, and web pages saved in the same form (MHTML)."""
