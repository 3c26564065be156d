# Who holds this machine: a file that its holder keeps open. Windows lets it go with the process, however that ends.

# Opens a file so that nobody else can do the same, and others may read it; nothing when somebody has it open.
# Who only looks has it open for a moment, too: so it is tried more than once.
function Open-Claim {
    param([string] $Path)
    $violation = -2147024864 # 0x80070020, a sharing violation
    for ($try = 1; $try -le 5; $try++) {
        try {
            $share = [IO.FileShare]::Read
            return New-Object IO.FileStream($Path, [IO.FileMode]::OpenOrCreate, [IO.FileAccess]::ReadWrite, $share)
        } catch {
            if ($_.Exception.GetBaseException().HResult -ne $violation) { throw }
        }
        Start-Sleep -Milliseconds 100
    }
}

# What a file says that its holder has open; nothing when there is none, or nobody has it open.
function Read-Claim {
    param([string] $Path)
    if (-not [IO.File]::Exists($Path)) { return }
    $violation = -2147024864 # 0x80070020, a sharing violation
    try {
        # Refused while somebody may write there, and harmless to all others.
        $look = New-Object IO.FileStream($Path, [IO.FileMode]::Open, [IO.FileAccess]::Read, [IO.FileShare]::Read)
        $look.Dispose()
        return
    } catch {
        if ($_.Exception.GetBaseException().HResult -ne $violation) { throw }
    }
    Read-Aside -Path $Path
}

# Says in the open file who holds it: process, its start and a name, a line each.
function Write-Claim {
    param($Stream, [string] $Who)
    $process = [Diagnostics.Process]::GetCurrentProcess()
    $said = "$($process.Id)`n$($process.StartTime.ToUniversalTime().ToString('o'))`n$Who`n"
    $bytes = (New-Object Text.UTF8Encoding $false).GetBytes($said)
    $Stream.SetLength(0)
    $Stream.Write($bytes, 0, $bytes.Length)
    $Stream.Flush($true)
}

# The third line of a claim.
function Get-Holder {
    param([string] $Said)
    $lines = $Said -split "`n"
    if ($lines.Count -ge 3) { $lines[2] } else { 'somebody who did not say' }
}

function Read-Generation {
    param([string] $State)
    $path = [IO.Path]::Combine($State, 'generation')
    if ([IO.File]::Exists($path)) { ([IO.File]::ReadAllText($path)).Trim() } else { '' }
}

# The text of a file that somebody may write or replace right now: who reads it keeps nobody from that.
function Read-Aside {
    param([string] $Path)
    $share = [IO.FileShare] 'ReadWrite, Delete'
    $stream = New-Object IO.FileStream($Path, [IO.FileMode]::Open, [IO.FileAccess]::Read, $share)
    try {
        (New-Object IO.StreamReader($stream, (New-Object Text.UTF8Encoding $false))).ReadToEnd()
    } finally {
        $stream.Dispose()
    }
}

# Written aside and renamed: a file is its old text or its new one, whenever the power fails.
function Write-Whole {
    param([string] $Path, [string] $Text)
    $aside = "$Path.new"
    $bytes = (New-Object Text.UTF8Encoding $false).GetBytes($Text)
    $stream = New-Object IO.FileStream($aside, [IO.FileMode]::Create, [IO.FileAccess]::Write, [IO.FileShare]::None)
    try {
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush($true)
    } finally {
        $stream.Dispose()
    }
    if ([IO.File]::Exists($Path)) {
        # $null would reach it as an empty name of a file to keep the old one under, which it refuses.
        [IO.File]::Replace($aside, $Path, [NullString]::Value)
    } else {
        [IO.File]::Move($aside, $Path)
    }
}
