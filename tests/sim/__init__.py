"""Stateful stand-ins for systems that nobody can run here."""
