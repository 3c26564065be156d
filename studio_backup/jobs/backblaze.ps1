# What Backblaze Computer Backup left about its own work. Reads only, and never keeps a file from being written anew.

$BackblazeData = 'C:\ProgramData\Backblaze\bzdata'
$BackblazeFiles = @('bzinfo.xml', 'bzvolumes.xml', 'pauseinfo.xml', 'bzstat_lastbackupcompleted.xml', 'bzstat_remainingbackup.xml', 'bzdc_synchostinfo.xml')
# Nothing else of them leaves this machine: they hold the account and its licence, too.
$BackblazeAttributes = @('gmt_millis', 'remainingnumfilesforbackup', 'remainingnumbytesforbackup', 'bzVolumeGuid', 'pervol_remaining_files_numfiles', 'pervol_remaining_files_numbytes', 'mountPointPathHex', 'dir', 'whichfiles', 'safety_frozen', 'bzlicense_status', 'vguid')

# The files in a folder; none where it is not there. What may not be listed throws.
function Get-FileInFolder {
    param([string] $Folder)
    try {
        foreach ($path in [IO.Directory]::GetFiles($Folder)) { $path }
    } catch {
        if ($_.Exception.GetBaseException() -isnot [IO.DirectoryNotFoundException]) { throw }
    }
}

function Read-SharedText {
    param([string] $Path)
    $sharing = [IO.FileShare] 'ReadWrite, Delete'
    $stream = New-Object IO.FileStream($Path, [IO.FileMode]::Open, [IO.FileAccess]::Read, $sharing)
    try {
        $bytes = New-Object byte[] ([int] $stream.Length)
        $count = $stream.Read($bytes, 0, $bytes.Length)
        return (New-Object Text.UTF8Encoding($false)).GetString($bytes, 0, $count)
    } finally {
        $stream.Close()
    }
}

# Each tag as one line: its name, and after tabs those of its attributes that may be told.
function ConvertTo-TagLine {
    param([string] $Text)
    foreach ($tag in [Regex]::Matches($Text, '<(/?[A-Za-z_]+)([^>]*)>')) {
        $line = $tag.Groups[1].Value
        foreach ($pair in [Regex]::Matches($tag.Groups[2].Value, '([A-Za-z_]+)="([^"\t\r\n]*)"')) {
            if ($BackblazeAttributes -ccontains $pair.Groups[1].Value) {
                $line = $line + "`t" + $pair.Groups[1].Value + '=' + $pair.Groups[2].Value
            }
        }
        $line
    }
}

function Get-MomentOfFile {
    param([string] $Path)
    return [IO.File]::GetLastWriteTimeUtc($Path).ToString('yyyy-MM-ddTHH:mm:ssZ')
}

# A file may be half written at this moment: it is looked at again, and what never is whole is told as it is.
function Get-TaggedFile {
    param([string] $Path)
    $tags = @()
    foreach ($wait in @(0, 300, 900)) {
        if ($wait -gt 0) { Start-Sleep -Milliseconds $wait }
        $changed = Get-MomentOfFile -Path $Path
        $tags = @(ConvertTo-TagLine -Text (Read-SharedText -Path $Path))
        if ($tags.Count -gt 1 -and $tags[-1] -ceq "/$($tags[0].Split("`t")[0])") { break }
    }
    return [ordered]@{ name = [IO.Path]::GetFileName($Path); changed = $changed; tags = @($tags) }
}

# The mark that Backblaze puts into the root of a volume that is its own; none where it is not there.
function Get-VolumeMark {
    param([string] $Root)
    $answer = [ordered]@{ root = $Root; tags = @(); trouble = '' }
    try {
        foreach ($path in @(Get-FileInFolder -Folder ([IO.Path]::Combine($Root, '.bzvol')))) {
            if ([IO.Path]::GetFileName($path) -eq 'bzvol_id.xml') { $answer.tags = @((Get-TaggedFile -Path $path).tags) }
        }
    } catch {
        $answer.trouble = "$($_.Exception.Message)"
    }
    return $answer
}

# One object; $Roots are the roots of volumes that the spec says it copies.
function Read-Backblaze {
    param([string[]] $Roots)
    $services = @(Get-CimInstance -ClassName Win32_Service | Where-Object { "$($_.Name)" -eq 'bzserv' })
    $files = @()
    foreach ($folder in @($BackblazeData, "$BackblazeData\bzreports")) {
        foreach ($path in @(Get-FileInFolder -Folder $folder)) {
            if ($BackblazeFiles -contains [IO.Path]::GetFileName($path)) { $files += Get-TaggedFile -Path $path }
        }
    }
    $lists = @()
    foreach ($path in @(Get-FileInFolder -Folder "$BackblazeData\bzfilelists")) {
        if ($path.EndsWith('filelist.dat')) {
            $lists += [ordered]@{ name = [IO.Path]::GetFileName($path); changed = Get-MomentOfFile -Path $path }
        }
    }
    $marks = @()
    foreach ($root in @($Roots)) {
        if ($root) { $marks += Get-VolumeMark -Root $root }
    }
    return [ordered]@{
        now      = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ')
        services = @($services | ForEach-Object { "$($_.State)" })
        files    = @($files)
        lists    = @($lists)
        marks    = @($marks)
    }
}
