# What landed, read from the disk again: a line `HASH xNAME` a file, the name being ./PATH in hex; then `complete`.

function Invoke-Hashing {
    param($Document)
    try { Request-Awake } catch { $null = $_ }
    Find-Prefix -Folder $Document.folder.Substring(0, 3)
    $sums = [Security.Cryptography.SHA256]::Create()
    $waiting = New-Object Collections.Stack
    $waiting.Push(@{ path = $Document.folder; below = '' })
    while ($waiting.Count -gt 0) {
        $here = $waiting.Pop()
        foreach ($entry in (Get-Entries -Folder $here.path)) {
            $path = Join-Name -Folder $here.path -Name $entry.name
            $below = Join-Relative -Folder $here.below -Name $entry.name
            if ($entry.kind -ceq 'folder') { $waiting.Push(@{ path = $path; below = $below }) }
            if ($entry.kind -ceq 'file') {
                $name = ConvertTo-Hex -Bytes ([Text.Encoding]::UTF8.GetBytes("./$below"))
                Send-Line -Text "$(Get-Sum -Sums $sums -Path $path) x$name"
            }
        }
    }
    Send-Line -Text 'complete'
}

function Get-Sum {
    param($Sums, [string] $Path)
    $long = Get-LongPath -Path $Path
    $read = [IO.FileAccess]::Read
    $stream = New-Object IO.FileStream($long, [IO.FileMode]::Open, $read, [IO.FileShare]::Read, 1048576)
    try { ConvertTo-Hex -Bytes ($Sums.ComputeHash($stream)) } finally { $stream.Dispose() }
}

function ConvertTo-Hex {
    param([byte[]] $Bytes)
    [BitConverter]::ToString($Bytes).Replace('-', '').ToLowerInvariant()
}
