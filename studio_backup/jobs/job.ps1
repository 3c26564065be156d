# The job on Windows: makes one copy of one dataset, and guards itself before a byte moves.
#
# job.ps1 -Configuration FILE -Action run       lock, guards, comparison, brake, transfer, record
# job.ps1 -Configuration FILE -Action preview   what a run would do; writes nothing
# Exit codes: 0 ok, 1 failed, 3 away or busy, 5 refused, 6 locked.
param(
    [Parameter(Mandatory = $true)] [string] $Configuration,
    [string] $Action = 'run'
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
try { [Console]::OutputEncoding = New-Object Text.UTF8Encoding $false } catch { $null = $_ }
$parts = @('holding', 'volume', 'sentinel', 'walk', 'job-start', 'job-record', 'job-volume', 'job-guard')
$parts += @('job-walk', 'job-compare', 'job-brake', 'job-robocopy', 'job-change', 'job-shadow', 'job-share', 'job-push')
$parts += @('job-clone', 'awake', 'job-awake')
foreach ($part in $parts) { . ([IO.Path]::Combine($PSScriptRoot, "$part.ps1")) }
$script:Job = Read-Job -Path $Configuration
if ($Action -eq 'preview') { Show-Preview } else { Invoke-Job }
exit $script:Job.code
