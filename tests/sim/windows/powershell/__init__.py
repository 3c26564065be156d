"""An interpreter of the plain subset of Windows PowerShell 5.1 that our programs keep to."""
