"""The RAID machine of the lab: a Debian virtual machine with disks that can be pulled, md and SMART."""
