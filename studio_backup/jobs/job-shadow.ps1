# A shadow of the source: the volume as it stood at one moment, with the files that programs hold. NTFS and ReFS have
# it.

# Makes one and a link to it, or goes on without, and says why in the log.
function New-Shadow {
    $job = $script:Job
    if (@('NTFS', 'ReFS') -notcontains $job.filesystem) {
        Write-Log "no shadow: $($job.filesystem) has none; files that a program holds cannot be read"
        return
    }
    $id = ''
    try {
        $words = @{ Volume = $job.source_root.TrimEnd('\') + '\'; Context = 'ClientAccessible' }
        $class = 'Win32_ShadowCopy'
        $made = Invoke-CimMethod -Namespace 'root\cimv2' -ClassName $class -MethodName 'Create' -Arguments $words
        if ("$($made.ReturnValue)" -cne '0') { throw "it was refused with $($made.ReturnValue)" }
        $id = "$($made.ShadowID)"
        # Noted first: whoever comes after a run that was killed here removes it.
        [IO.File]::WriteAllText("$($job.state)\shadow\$($job.id)", "$id`n")
        $job.shadow = @{ id = $id; path = (Get-ShadowPath -Id $id) }
    } catch {
        Write-Log "no shadow: $($_.Exception.Message)"
        Remove-Shadow -Id $id
    }
}

# robocopy and others take no path of a device: a link leads there, and it needs the backslash at its end.
function Get-ShadowPath {
    param([string] $Id)
    $job = $script:Job
    $shadow = Find-Shadow -Id $Id
    if ($null -eq $shadow) { throw 'it is not listed' }
    $link = "$($job.state)\shadow\$($job.id).link"
    $start = New-Object Diagnostics.ProcessStartInfo
    $start.FileName = [IO.Path]::Combine([Environment]::SystemDirectory, 'cmd.exe')
    $start.Arguments = '/c mklink /d "' + $link + '" "' + $shadow.DeviceObject + '\"'
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $process = [Diagnostics.Process]::Start($start)
    $process.WaitForExit()
    if ($process.ExitCode -ne 0) { throw "mklink ended with $($process.ExitCode)" }
    $below = $job.source_path.Substring($job.source_root.TrimEnd('\').Length).Trim('\')
    $path = (Join-Name -Folder $link -Name $below).TrimEnd('\')
    if (-not [IO.Directory]::Exists((Get-LongPath -Path ($path + '\')))) { throw 'nothing is seen through the link' }
    $path
}

function Find-Shadow {
    param([string] $Id)
    foreach ($shadow in @(Get-CimInstance -Namespace 'root\cimv2' -ClassName 'Win32_ShadowCopy')) {
        if ("$($shadow.ID)" -eq $Id) { return $shadow }
    }
}

# Takes the link and the shadow of this run away, or those that a killed one left. Nothing else is removed: a shadow
# that is not in our note is somebody else's, unless it is the one of this id, which could not be noted.
function Remove-Shadow {
    param([string] $Id)
    $job = $script:Job
    $note = "$($job.state)\shadow\$($job.id)"
    $job.shadow = $null
    try {
        if ([IO.Directory]::Exists("$note.link")) { [IO.Directory]::Delete("$note.link", $false) }
        if ($Id -eq '') { $Id = Read-FirstLine -Path $note }
        if ($Id -match '^\{[0-9A-Fa-f-]{36}\}$') {
            $shadow = Find-Shadow -Id $Id
            if ($null -ne $shadow) { Remove-CimInstance -InputObject $shadow }
        }
        [IO.File]::Delete($note)
    } catch {
        Write-Log "a shadow was left behind: $($_.Exception.Message)"
    }
}
