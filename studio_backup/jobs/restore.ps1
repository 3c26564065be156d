# Takes a restore point into an empty folder of this machine, by lines of plain ASCII that follow the document.
#
# folder TICKS NAME            a folder; TICKS say when it was written, in UTC (0: that is not known)
# file TICKS SIZE LINES NAME   a file; so many lines with its content in base64 follow
# copy TICKS NAME OF           one more name of a file that came before: its content once more
# end COUNT                    how many of these there were; an empty line follows, so that no cut passes for the end
#
# Names are paths below the folder, in base64 of UTF-8. What could not be made is told at the end: whoever sends does not
# listen before.

$script:Cut = 'what was sent ended early'

function Invoke-Landing {
    param($Document)
    $root = $Document.folder.Substring(0, 3)
    if (-not [IO.Directory]::Exists($root)) {
        Send-Line -Text "absent`t$root"
        return
    }
    Find-Prefix -Folder $root
    $why = Open-Landing -Path (Get-LongPath -Path $Document.folder)
    if ($why -ne '') {
        Send-Line -Text "refused`t$why"
        return
    }
    # For hours, with nobody at its keyboard. Where Windows does not let us, it is taken all the same.
    try { Request-Awake } catch { $null = $_ }
    $paths = 'short'
    if ($script:Prefixed) { $paths = 'long' }
    Send-Line -Text "ready`t$paths"
    Receive-Tree -Folder $Document.folder
}

# Makes the folder where nothing is; says why nothing is written into what is there.
function Open-Landing {
    param([string] $Path)
    if ([IO.File]::Exists($Path)) { return 'is no folder' }
    $null = [IO.Directory]::CreateDirectory($Path)
    # One that may not be listed throws: it is not empty for all we know.
    if (@([IO.Directory]::GetFileSystemEntries($Path)).Count -gt 0) { return 'is not empty' }
    ''
}

function Receive-Tree {
    param([string] $Folder)
    $landing = @{
        folder = $Folder; taken = [long] 0; letters = New-Object Text.UTF8Encoding($false, $true)
        folders = New-Object Collections.ArrayList; said = New-Object Collections.ArrayList
    }
    while ($true) {
        $words = (Read-Sent).Split(' ')
        if ($words[0] -ceq 'end') { break }
        $landing.taken++
        if ($words[0] -ceq 'file') {
            Receive-File -Landing $landing -Words $words
        } elseif ($words[0] -ceq 'folder') {
            Add-Folder -Landing $landing -Words $words
        } elseif ($words[0] -ceq 'copy') {
            Copy-Landed -Landing $landing -Words $words
        } else {
            throw $script:Cut
        }
    }
    if (([long] $words[1] -ne $landing.taken) -or ((Read-Sent) -ne '')) { throw $script:Cut }
    # Last: whatever is made in a folder changes when that was written.
    foreach ($one in $landing.folders) {
        Set-Written -Landing $landing -Name $one.name -Path $one.path -Ticks $one.ticks -Kind 'folder'
    }
    foreach ($line in $landing.said) { Send-Line -Text $line }
    Send-Line -Text 'unpacked'
}

function Read-Sent {
    $line = [Console]::In.ReadLine()
    if ($null -eq $line) { throw $script:Cut }
    $line
}
