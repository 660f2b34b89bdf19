/* rarity.c - how common is a piece of text in Windows event logs?
 *
 * May include base/ only. */
#include "match/rarity.h"

/* Folded. What any Windows machine writes into its logs all day. */
static const char *const common[] = {
    "c:\\windows\\system32\\",
    "c:\\windows\\syswow64\\",
    "c:\\windows\\explorer.exe",
    "c:\\windows\\microsoft.net\\framework64\\",
    "c:\\windows\\servicing\\",
    "c:\\windows\\winsxs\\",
    "c:\\windows\\temp\\",
    "c:\\program files\\",
    "c:\\program files (x86)\\",
    "c:\\programdata\\microsoft\\windows defender\\platform\\",
    "c:\\users\\administrator\\appdata\\local\\temp\\",
    "c:\\users\\public\\downloads\\desktop\\documents\\",
    "\\appdata\\roaming\\microsoft\\windows\\start menu\\programs\\startup\\",
    "\\device\\harddiskvolume",
    "\\system32\\windowspowershell\\v1.0\\powershell.exe -executionpolicy bypass -noprofile ",
    " -noninteractive -command -windowstyle hidden -encodedcommand -nologo -file ",
    "\\system32\\cmd.exe /c \"\" /k /q ",
    "\\system32\\conhost.exe 0xffffffff -forcev1",
    "\\system32\\svchost.exe -k netsvcs -p -s ",
    "\\system32\\rundll32.exe \\regsvr32.exe \\taskhostw.exe \\wmiprvse.exe \\services.exe",
    "\\lsass.exe \\winlogon.exe \\dllhost.exe /processid:{ \\backgroundtaskhost.exe",
    "\\net.exe \\net1.exe \\reg.exe add \\sc.exe \\whoami.exe \\schtasks.exe /create ",
    "\\wscript.exe \\cscript.exe \\mshta.exe \\wmic.exe \\msiexec.exe \\python.exe",
    "\\chrome.exe \\msedge.exe \\firefox.exe \\onedrive.exe \\searchindexer.exe",
    "hklm\\software\\microsoft\\windows\\currentversion\\run\\",
    "hklm\\software\\wow6432node\\microsoft\\windows nt\\currentversion\\",
    "hklm\\system\\currentcontrolset\\services\\control\\ hku\\s-1-5-21-",
    "\\registry\\machine\\",
    "microsoft corporation microsoft\xc2\xae windows\xc2\xae operating system",
    "microsoft-windows-",
    "sha1= md5= sha256= imphash=",
    "nt authority\\system network service local administrators ",
    ".dll .exe .sys .ps1 .bat .tmp .log .txt .dat .xml .inf .mui .msi .vbs",
    "http://www. https:// .com .net/ .org",
    "true false high medium low system",
    "(null) -                  ",
    "0000000000000000 {00000000-0000-0000-0000-000000000000}",
    "function param string object new-object system. write-host $env: get- set- invoke-",
};

static uint32_t slot(uint32_t gram)
{
    return (gram * UINT32_C(0x9e3779b1)) >> (32 - RARITY_BITS);
}

static uint32_t load32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

void rarity_init(struct rarity *r)
{
    memset(r, 0, sizeof *r);
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        struct slice s = slice_str(common[i]);

        for (size_t k = 0; k + 2 <= s.n; k++) {
            uint8_t *n = &r->pair[(s.p[k] | 0x20) << 8 | s.p[k + 1] | 0x20];

            *n = (uint8_t)(*n + (*n < UINT8_MAX));
        }
        for (size_t k = 0; k + 4 <= s.n; k++) {
            uint32_t at = slot(load32(s.p + k));

            r->gram[at / 32] |= UINT32_C(1) << (at % 32);
        }
    }
}

bool rarity_knows(const struct rarity *r, uint32_t gram)
{
    uint32_t at = slot(gram);

    return r->gram[at / 32] >> (at % 32) & 1;
}

double rarity_share(const struct rarity *r, struct slice literal, bool whole)
{
    size_t fresh = 0, n = literal.n;
    double share;

    if (n < 4) {
        static const double by_length[] = { 1, 0.5, 0.25, 0.12 };

        return whole ? by_length[n] / 2 : by_length[n];
    }
    for (size_t i = 0; i + 4 <= n; i++)
        fresh += !rarity_knows(r, load32(literal.p + i));
    /* Nothing new in it: it is one of the common texts. */
    share = fresh == 0 ? (n >= 8 ? 0.12 : 0.2) : 0.02;
    for (size_t i = 0; i < fresh && i < 16; i++)
        share *= 0.7;
    return whole ? share * 0.7 : share;
}
