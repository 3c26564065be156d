# Makes one shadow copy of a volume, which is known by its id and never by its letter. Started by a scheduled task.
#
# Ends with 0 when one was made, 1 when it failed, 5 when the volume is not the one that is meant.
param([string]$Path, [string]$Id)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
. ([IO.Path]::Combine($PSScriptRoot, 'volume.ps1'))

# What Win32_ShadowCopy.Create answers.
$ShadowAnswers = @{
    '1' = 'access is denied'; '2' = 'a bad argument'; '3' = 'there is no such volume'; '4' = 'the volume can have none'
    '5' = 'a context that it does not know'; '6' = 'there is no room for one'; '7' = 'the volume is in use'
    '8' = 'there are as many as there can be'; '9' = 'another one is being made'; '10' = 'a provider refuses'
    '11' = 'no provider'; '12' = 'a provider failed'
}

try {
    Assert-MountedVolume -Path "$($Path.TrimEnd('\'))\" -Id $Id
} catch {
    "$($_.Exception.Message)"
    exit 5
}
try {
    $place = @{ Volume = "$($Path.TrimEnd('\'))\"; Context = 'ClientAccessible' }
    $answer = Invoke-CimMethod -ClassName Win32_ShadowCopy -MethodName Create -Arguments $place
    $code = "$($answer.ReturnValue)"
    if ($code -ne '0') {
        $words = 'for a reason that is not known'
        if ($ShadowAnswers.ContainsKey($code)) { $words = $ShadowAnswers[$code] }
        "no shadow copy of ${Path}: $words ($code)"
        exit 1
    }
    "made the shadow copy $($answer.ShadowID) of $Path"
} catch {
    "$($_.Exception.Message)"
    exit 1
}
exit 0
