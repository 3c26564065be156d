# machine: bash
snapshot 2026-11-22T02-30-00Z
snapshot 2026-11-22T03-30-00Z
