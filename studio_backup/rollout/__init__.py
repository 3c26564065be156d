"""Rolling a plan out over many machines: a canary first, then batches; what cannot be done now is kept for later."""
