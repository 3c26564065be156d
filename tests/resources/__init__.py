"""Golden cases of every kind of resource."""
