"""Declarative 3-2-1 storage for studios: describe, plan, apply and prove, over SSH with nothing but a shell."""

__version__ = "0.1.0"
