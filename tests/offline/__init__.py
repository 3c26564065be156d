"""The part of the demo that needs no machines: the spec, and a plan from answers that the lab gave once."""
