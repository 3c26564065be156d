# What differs between the source and what lies at the target: the lists that the brake judges and that are carried out.
#
# Folder by folder, both sides as they stand. Same is: as large, and written within two seconds of the other, or of a
# whole number of hours from it where a file system keeps local time. A name is one name whatever form its accents have.

$script:Tolerance = 20000000
$script:Hour = 36000000000

function New-Plan {
    @{
        files = [long] 0; size = [long] 0; before = [long] 0; created = [long] 0; deleted = [long] 0
        rewritten = [long] 0; newer = [long] 0; bytes = [long] 0; moving = [long] 0; links = [long] 0
        folders = New-Object Collections.ArrayList; going = New-Object Collections.ArrayList
        lines = New-Object Collections.ArrayList; shown = New-Object Collections.ArrayList
        stopped = New-Object Collections.ArrayList; unread = New-Object Collections.ArrayList
        waiting = New-Object Collections.Stack; copied = New-Object Collections.Hashtable; held = [long] 0
    }
}

function Compare-Trees {
    param([string] $Source, [string] $Target)
    $plan = New-Plan
    $plan.waiting.Push(@{ source = $Source; target = $Target; relative = ''; there = $true })
    while ($plan.waiting.Count -gt 0) {
        $pair = $plan.waiting.Pop()
        Invoke-Beat
        Compare-Folder -Plan $plan -Pair $pair
    }
    if ($plan.links -gt 0) { Write-Log "$($plan.links) links or junctions were left out" }
    $plan
}

function Compare-Folder {
    param($Plan, $Pair)
    try {
        $source = Get-Entries -Folder $Pair.source
    } catch {
        # Nothing below it counts as gone: what cannot be read is not absent.
        $null = $Plan.unread.Add($Pair.relative)
        Write-Log "cannot be listed: $($Pair.relative): $($_.Exception.Message)"
        return
    }
    $target = @()
    if ($Pair.there) { $target = Get-Entries -Folder $Pair.target }
    $step = @{ source = $Pair.source; target = $Pair.target; relative = $Pair.relative; made = (-not $Pair.there) }
    $step.names = New-Object Collections.ArrayList
    $step.bytes = [long] 0
    $step.replaced = New-Object Collections.ArrayList
    $names = New-Names -Entries $target
    foreach ($entry in $source) {
        $relative = Join-Relative -Folder $Pair.relative -Name $entry.name
        if (Test-Skipped -Entry $entry -Relative $relative) { continue }
        if ($entry.kind -ceq 'link') {
            $Plan.links++
            continue
        }
        $twin = Find-Twin -Names $names -Source $source -Name $entry.name
        if ($null -ne $twin) { $twin.used = $true }
        Compare-Entry -Plan $Plan -Pair $Pair -Step $step -Entry $entry -Twin $twin -Relative $relative
    }
    foreach ($entry in $target) {
        if (-not $entry.used) { Add-Going -Plan $Plan -Pair $Pair -Entry $entry -Before $false }
    }
    if ($step.made -or ($step.names.Count -gt 0)) { $null = $Plan.folders.Add($step) }
}

# The names of a folder: as they are, and folded. Two that fold alike stand in the second one after another.
function New-Names {
    param($Entries)
    $names = @{ exact = New-Object Collections.Hashtable; folded = New-Object Collections.Hashtable }
    foreach ($entry in $Entries) {
        $names.exact[$entry.name] = $entry
        $key = Get-Folded -Name $entry.name
        if (-not $names.folded.ContainsKey($key)) { $names.folded[$key] = New-Object Collections.ArrayList }
        $null = $names.folded[$key].Add($entry)
    }
    $names
}

# The entry of this very name, else one that only its form or case tells apart, and that is nobody else's.
function Find-Twin {
    param($Names, $Source, [string] $Name)
    if ($Names.exact.ContainsKey($Name)) { return $Names.exact[$Name] }
    $key = Get-Folded -Name $Name
    if (-not $Names.folded.ContainsKey($key)) { return }
    foreach ($entry in $Names.folded[$key]) {
        if ($entry.used) { continue }
        $own = $false
        foreach ($other in $Source) {
            # Letter by letter: -ceq takes two forms of an accent for one.
            if ([string]::Equals($other.name, $entry.name, [StringComparison]::Ordinal)) { $own = $true }
        }
        if (-not $own) { return $entry }
    }
}

function Compare-Entry {
    param($Plan, $Pair, $Step, $Entry, $Twin, [string] $Relative)
    $there = ($null -ne $Twin) -and ($Twin.kind -ceq $Entry.kind)
    # What became something else has to go before it can be copied.
    if (($null -ne $Twin) -and -not $there) { Add-Going -Plan $Plan -Pair $Pair -Entry $Twin -Before $true }
    if ($Entry.kind -ceq 'folder') {
        $target = Join-Name -Folder $Pair.target -Name $Entry.name
        if ($there) { $target = Join-Name -Folder $Pair.target -Name $Twin.name }
        $source = Join-Name -Folder $Pair.source -Name $Entry.name
        $Plan.waiting.Push(@{ source = $source; target = $target; relative = $Relative; there = $there })
        return
    }
    $Plan.files++
    $Plan.size += $Entry.size
    if (-not $there) {
        $Plan.created++
        Add-Line -Plan $Plan -Word 'created' -Relative $Relative
        Add-Copied -Plan $Plan -Step $Step -Entry $Entry -Relative $Relative -There 'nothing'
        return
    }
    $Plan.before++
    if (($Entry.size -eq $Twin.size) -and (Test-SameTime -One $Entry.time -Other $Twin.time)) { return }
    # A restore point keeps what a push replaces; a clone keeps nothing.
    if (($script:Job.kind -ceq 'clone') -and ($Twin.time - $Entry.time -gt $script:Tolerance)) {
        $Plan.newer++
        $null = $Plan.stopped.Add("newer`t$Relative")
        return
    }
    $Plan.rewritten++
    Add-Line -Plan $Plan -Word 'rewritten' -Relative $Relative
    Add-Copied -Plan $Plan -Step $Step -Entry $Entry -Relative $Relative -There "$($Twin.size) $($Twin.time)"
    if (Test-OtherForm -One $Entry.name -Other $Twin.name) {
        $null = $Step.replaced.Add(@{ old = $Twin.name; new = $Entry.name })
    }
}

# Windows takes two names for one when only their case differs; not when only the form of an accent does.
function Test-OtherForm {
    param([string] $One, [string] $Other)
    -not [string]::Equals($One.ToUpperInvariant(), $Other.ToUpperInvariant(), [StringComparison]::Ordinal)
}

function Test-SameTime {
    param([long] $One, [long] $Other)
    $apart = [Math]::Abs($One - $Other)
    if ($apart -le $script:Tolerance) { return $true }
    if ((-not $script:Job.whole_hours) -or ($apart -gt 26 * $script:Hour + $script:Tolerance)) { return $false }
    $rest = $apart % $script:Hour
    ($rest -le $script:Tolerance) -or ($rest -ge $script:Hour - $script:Tolerance)
}

# How both sides were is kept: where both are so again afterwards, nothing was copied.
function Add-Copied {
    param($Plan, $Step, $Entry, [string] $Relative, [string] $There)
    $null = $Step.names.Add($Entry.name)
    $Plan.copied[$Relative] = "$($Entry.size) $($Entry.time) $There"
    $Step.bytes += $Entry.size
    $Plan.bytes += $Entry.size
    $Plan.moving++
}

function Add-Line {
    param($Plan, [string] $Word, [string] $Relative)
    if ($Word -cne 'created') { $null = $Plan.lines.Add("$Word`t$Relative") }
    if ($script:Job.log_file -eq '') { $null = $Plan.shown.Add("$Word`t$Relative") }
}

# One entry of the target, and all below it, has nothing at the source that it is a copy of. What is never copied stays
# in a clone, where it is the volume's own; in a landing it is nobody's.
function Add-Going {
    param($Plan, $Pair, $Entry, [bool] $Before)
    $waiting = New-Object Collections.Stack
    $relative = Join-Relative -Folder $Pair.relative -Name $Entry.name
    $path = Join-Name -Folder $Pair.target -Name $Entry.name
    $waiting.Push(@{ path = $path; relative = $relative; entry = $Entry })
    while ($waiting.Count -gt 0) {
        $one = $waiting.Pop()
        if (Test-Spared -Entry $one.entry -Relative $one.relative) { continue }
        $kind = $one.entry.kind
        $null = $Plan.going.Add(@{ path = $one.path; relative = $one.relative; kind = $kind; before = $Before })
        if ($kind -cne 'folder') {
            $Plan.before++
            $Plan.deleted++
            Add-Line -Plan $Plan -Word 'deleted' -Relative $one.relative
            continue
        }
        Invoke-Beat
        foreach ($below in (Get-Entries -Folder $one.path)) {
            $waiting.Push(@{
                path = Join-Name -Folder $one.path -Name $below.name
                relative = Join-Relative -Folder $one.relative -Name $below.name
                entry = $below
            })
        }
    }
}

function Test-Spared {
    param($Entry, [string] $Relative)
    if ($script:Job.kind -ceq 'push') { return (Test-SameName -Name $Entry.name -Other $script:PartialFolder) }
    Test-Skipped -Entry $Entry -Relative $Relative
}
