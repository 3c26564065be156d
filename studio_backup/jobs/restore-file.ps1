# Making the files and folders of a restore, never over anything; what fails is noted, and all else goes on.

# A file and its content. The lines of one that cannot be made are read all the same: what follows is another's.
function Receive-File {
    param($Landing, $Words)
    $path = Get-LandedPath -Landing $Landing -Name $Words[4]
    $stream = $null
    $fault = $null
    try {
        $new = [IO.FileMode]::CreateNew
        $stream = New-Object IO.FileStream($path, $new, [IO.FileAccess]::Write, [IO.FileShare]::None)
    } catch {
        $fault = $_
        Confirm-Writable -Landing $Landing -Fault $fault
    }
    [long] $size = 0
    $reader = [Console]::In
    for ([long] $left = $Words[3]; $left -gt 0; $left--) {
        $line = $reader.ReadLine()
        if ($null -eq $line) { throw $script:Cut }
        if ($null -ne $fault) { continue }
        $bytes = [Convert]::FromBase64String($line)
        $size += $bytes.Length
        try {
            $stream.Write($bytes, 0, $bytes.Length)
        } catch {
            $fault = $_
            # Now, and not once all of it was read for nothing: that may be hours.
            Confirm-Writable -Landing $Landing -Fault $fault
        }
    }
    if ($null -ne $stream) {
        try { $stream.Dispose() } catch { if ($null -eq $fault) { $fault = $_ } }
    }
    if ($null -ne $fault) {
        Add-Fault -Landing $Landing -Kind 'lost' -Name $Words[4] -Fault $fault
        if ($null -ne $stream) { Remove-Half -Path $path }
        return
    }
    if ($size -ne [long] $Words[2]) { throw $script:Cut }
    Set-Written -Landing $Landing -Name $Words[4] -Path $path -Ticks $Words[1] -Kind 'file'
}

# Half a file of ours; one that stays is seen when all is hashed.
function Remove-Half {
    param([string] $Path)
    try { [IO.File]::Delete($Path) } catch { $null = $_ }
}

function Add-Folder {
    param($Landing, $Words)
    $path = Get-LandedPath -Landing $Landing -Name $Words[2]
    try {
        $null = [IO.Directory]::CreateDirectory($path)
    } catch {
        Add-Fault -Landing $Landing -Kind 'lost' -Name $Words[2] -Fault $_
        return
    }
    $null = $Landing.folders.Add(@{ name = $Words[2]; path = $path; ticks = [long] $Words[1] })
}

function Copy-Landed {
    param($Landing, $Words)
    $path = Get-LandedPath -Landing $Landing -Name $Words[2]
    try {
        [IO.File]::Copy((Get-LandedPath -Landing $Landing -Name $Words[3]), $path, $false)
    } catch {
        Add-Fault -Landing $Landing -Kind 'lost' -Name $Words[2] -Fault $_
        return
    }
    Set-Written -Landing $Landing -Name $Words[2] -Path $path -Ticks $Words[1] -Kind 'file'
}

function Get-LandedPath {
    param($Landing, [string] $Name)
    $below = $Landing.letters.GetString([Convert]::FromBase64String($Name))
    Get-LongPath -Path (Join-Name -Folder $Landing.folder -Name $below)
}

# When it was written. A scanner may hold what is new for a moment.
function Set-Written {
    param($Landing, [string] $Name, [string] $Path, [long] $Ticks, [string] $Kind)
    if ($Ticks -eq 0) { return }
    $violation = -2147024864 # 0x80070020, a sharing violation
    $moment = New-Object DateTime($Ticks, [DateTimeKind]::Utc)
    $fault = $null
    for ($try = 1; $try -le 5; $try++) {
        try {
            if ($Kind -ceq 'folder') { [IO.Directory]::SetLastWriteTimeUtc($Path, $moment) }
            if ($Kind -ceq 'file') { [IO.File]::SetLastWriteTimeUtc($Path, $moment) }
            return
        } catch {
            $fault = $_
        }
        if ($fault.Exception.GetBaseException().HResult -ne $violation) { break }
        Start-Sleep -Milliseconds 100
    }
    Add-Fault -Landing $Landing -Kind 'untimed' -Name $Name -Fault $fault
}

# Notes what Windows says of it.
function Add-Fault {
    param($Landing, [string] $Kind, [string] $Name, $Fault)
    Confirm-Writable -Landing $Landing -Fault $Fault
    $said = $Fault.Exception.GetBaseException().Message.Trim()
    $reason = [Convert]::ToBase64String($Landing.letters.GetBytes($said))
    $null = $Landing.said.Add("$Kind`t$Name`t$reason")
}

# Where nothing at all can be written any more, that is the end.
function Confirm-Writable {
    param($Landing, $Fault)
    $full = @(-2147024784, -2147024857) # 0x80070070 and 0x80070027: no space left
    if ($full -contains $Fault.Exception.GetBaseException().HResult) { Stop-Landing -Word 'full' }
    if (-not [IO.Directory]::Exists((Get-LongPath -Path $Landing.folder))) { Stop-Landing -Word 'gone' }
}

function Stop-Landing {
    param([string] $Word)
    Send-Line -Text "stopped`t$Word"
    throw "nothing more can be written: $Word"
}
