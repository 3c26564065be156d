"""A machine that the spec does not know yet: one question, what it answers, and the spec that says it."""
