# What every program shares that the control machine talks to: fragments in runspaces, and an answer between marks.

# Starts a fragment in a fresh session: no module that another one loaded changes what it reads.
function Start-Fragment {
    param([string] $Runner, $Fragment, [bool] $Listing)
    $shell = [PowerShell]::Create()
    $null = $shell.AddScript($Runner).AddArgument($Fragment.script).AddArgument([string[]] @($Fragment.args))
    $null = $shell.AddArgument([string] $Fragment.secret).AddArgument($Listing)
    @{ shell = $shell; running = $shell.BeginInvoke() }
}

# How it ended, or nothing when it did not within these seconds: then it is left behind, and never waited for.
function Wait-Fragment {
    param($Started, [int] $Seconds)
    if (-not $Started.running.AsyncWaitHandle.WaitOne($Seconds * 1000)) {
        $null = $Started.shell.BeginStop($null, $null)
        return
    }
    try {
        $ended = @($Started.shell.EndInvoke($Started.running))
        $Started.shell.Dispose()
        if ($ended.Count -ne 1) { throw "a fragment ended $($ended.Count) times" }
        $ended[0]
    } catch {
        @{ exit = 1; out = ''; err = "$($_.Exception.Message) [$($_.FullyQualifiedErrorId)]" }
    }
}

# One line of plain ASCII: no code page between here and there can change a letter of it.
function ConvertTo-Line {
    param($Answer)
    $json = ConvertTo-Json -InputObject $Answer -Depth 4 -Compress
    [Regex]::Replace($json, '[^\x20-\x7e]', { param($match) '\u{0:x4}' -f [int] [char] $match.Value })
}

# For whoever listens while we run.
function Send-Line {
    param([string] $Text)
    [Console]::Out.Write("$Text`n")
    [Console]::Out.Flush()
}

# The mark ends both streams; no line ends with a carriage return, whatever the console would write.
function Send-Answer {
    param([string] $Nonce, $Answer)
    [Console]::Out.Write("`n<$Nonce answer>`n$(ConvertTo-Line -Answer $Answer)`n<$Nonce whole>`n")
    [Console]::Out.Flush()
    [Console]::Error.Write("`n<$Nonce whole>`n")
    [Console]::Error.Flush()
}

# The folders of ours stand where every Windows has them; one that was set up otherwise is not guessed at.
function Confirm-ProgramData {
    if ($env:ProgramData -ne 'C:\ProgramData') {
        throw "ProgramData is $($env:ProgramData) here, and only C:\ProgramData is known"
    }
}
