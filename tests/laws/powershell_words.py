"""Words of Windows PowerShell 5.1 that the rules for our programs need: aliases, verbs, variables of its own."""

from __future__ import annotations

#: The aliases that 5.1 defines by itself.
_ALIASES = """
% ? ac asnp cat cd chdir clc clear clhy cli clp cls clv cnsn compare copy cp cpi cpp curl cvpa dbp del diff dir dnsn
ebp echo epal epcsv epsn erase etsn exsn fc fhx fl foreach ft fw gal gbp gc gcb gci gcm gcs gdr ghy gi gin gjb gl gm
gmo gp gps gpv group gsn gsnp gsv gtz gu gv gwmi h history icm iex ihy ii ipal ipcsv ipmo ipsn irm ise iwmi iwr kill
lp ls man md measure mi mount move mp mv nal ndr ni nmo npssc nsn nv ogv oh popd ps pushd pwd r rbp rcjb rcsn rd rdr
ren ri rjb rm rmdir rmo rni rnp rp rsn rsnp rujb rv rvpa rwmi sajb sal saps sasv sbp sc scb select set shcm si sl
sleep sls sort sp spjb spps spsv start stz sujb sv swmi tee trcm type wget where wjb write
"""
ALIASES = frozenset(_ALIASES.split())

#: The approved verbs of 5.1.
_VERBS = """
Add Clear Close Copy Enter Exit Find Format Get Hide Join Lock Move New Open Optimize Pop Push Redo Remove Rename
Reset Resize Search Select Set Show Skip Split Step Switch Undo Unlock Watch Connect Disconnect Read Receive Send
Write Backup Checkpoint Compare Compress Convert ConvertFrom ConvertTo Dismount Edit Expand Export Group Import
Initialize Limit Merge Mount Out Publish Restore Save Sync Unpublish Update Debug Measure Ping Repair Resolve Test
Trace Approve Assert Complete Confirm Deny Disable Enable Install Invoke Register Request Restart Resume Start Stop
Submit Suspend Uninstall Unregister Wait Block Grant Protect Revoke Unblock Unprotect Use
"""
VERBS = frozenset(_VERBS.split())

#: Variables that the engine sets: nothing of ours assigns them, nor names a parameter so.
_AUTOMATIC = """
$ ? ^ _ args consolefilename enabledexperimentalfeatures error event eventargs eventsubscriber executioncontext false
foreach home host input lastexitcode matches myinvocation nestedpromptlevel pid profile psboundparameters pscmdlet
pscommandpath psculture psdebugcontext pshome psitem psscriptroot pssenderinfo psuiculture psversiontable pwd sender
shellid stacktrace switch this true
"""
AUTOMATIC = frozenset(_AUTOMATIC.split())

#: Preferences may be assigned and never read.
_PREFERENCES = """
erroractionpreference progresspreference warningpreference verbosepreference confirmpreference outputencoding ofs
psdefaultparametervalues informationpreference debugpreference null
"""
PREFERENCES = frozenset(_PREFERENCES.split())

#: Cmdlets that take a path, and so need -LiteralPath: `[x]` in a name is a pattern to -Path.
_PATHED = """
test-path get-item get-childitem remove-item set-item copy-item move-item rename-item get-content set-content
add-content clear-content get-itemproperty set-itemproperty remove-itemproperty get-acl set-acl resolve-path
get-filehash convert-path
"""
PATHED = frozenset(_PATHED.split())

#: Commands that nothing of ours calls, and why.
FORBIDDEN = {
    "invoke-expression": "text becomes program",
    "write-host": "what it says is no output",
    "get-wmiobject": "Get-CimInstance", "invoke-wmimethod": "Invoke-CimMethod", "set-wmiinstance": "CIM",
    "remove-wmiobject": "CIM", "register-wmievent": "CIM",
    "start-job": "a process that nobody watches", "start-process": "[Diagnostics.Process], whose streams are read",
    "read-host": "nobody is there to answer",
}  # fmt: skip

#: Cmdlets of the Storage module: once it is loaded, CIM gives words of the local language. No probe calls one.
_STORAGE = """
get-disk get-volume get-physicaldisk get-partition get-storagepool get-virtualdisk get-storagejob get-storagesubsystem
get-storagetier get-storagereliabilitycounter get-supportedfilesystems
"""
STORAGE = frozenset(_STORAGE.split())
