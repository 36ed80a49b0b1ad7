"""Tokens that providers make recognisable by a prefix or a fixed form.

Sources: the providers' own documentation; GitHub's list of supported secret scanning patterns; the
identifiers and lengths in gitleaks (config/gitleaks.toml) and secretlint. Lengths are lower bounds, somewhat below
the documented ones: providers change lengths more often than prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ._looks import looks_random
from ._rules import Rule

__all__ = ["TOKENS"]

# prefix, what follows. A prefix this particular counts wherever it stands.
_PARTICULAR = r"""
github        ghp_             \w{20,}
github        gho_             \w{20,}
github        ghu_             \w{20,}
github        ghs_             [\w.-]{20,}
github        ghr_             \w{20,}
github        github_pat_      \w{20,}
gitlab        glpat-           [\w.-]{16,}
gitlab        gldt-            [\w-]{16,}
gitlab        glrt-            [\w.-]{16,}
gitlab        glrtr-           [\w.-]{16,}
gitlab        glptt-           [\w-]{16,}
gitlab        glft-            [\w-]{16,}
gitlab        glimt-           [\w-]{16,}
gitlab        glagent-         [\w-]{16,}
gitlab        glcbt-           [\w-]{16,}
gitlab        glsoat-          [\w-]{16,}
gitlab        glffct-          [\w-]{16,}
gitlab        gloas-           [\w-]{16,}
gitlab        glwt-            [\w-]{16,}
gitlab        GR1348941        [\w-]{16,}
gitlab        _gitlab_session= \w{16,}
slack         xoxe.xox         [\w-]{8,}
slack         xapp-            [\w-]{8,}
slack         xwfp-            [\w-]{8,}
stripe        sk_live_         \w{8,}
stripe        sk_test_         \w{8,}
stripe        sk_prod_         \w{8,}
stripe        rk_live_         \w{8,}
stripe        rk_test_         \w{8,}
stripe        rk_prod_         \w{8,}
stripe        whsec_           [\w+/=]{16,}
npm           npm_             [A-Za-z0-9]{30,}
pypi          pypi-Ag          [\w-]{20,}
openai        sk-proj-         [\w-]{16,}
openai        sk-svcacct-      [\w-]{16,}
openai        sk-admin-        [\w-]{16,}
anthropic     sk-ant-          [\w-]{16,}
openrouter    sk-or-           [\w-]{16,}
langfuse      sk-lf-           [\w-]{16,}
groq          gsk_             [A-Za-z0-9]{20,}
huggingface   api_org_         [A-Za-z]{20,}
perplexity    pplx-            [A-Za-z0-9]{20,}
replicate     r8_              [A-Za-z0-9]{30,}
nvidia        nvapi-           [\w-]{20,}
xai           xai-             [A-Za-z0-9]{30,}
together      tgp_v1_          [\w-]{20,}
cerebras      csk-             [a-z0-9]{30,}
tavily        tvly-            [\w-]{16,}
jina          jina_            [\w-]{30,}
langsmith     lsv2_            (?:pt|sk)_\w{20,}
e2b           e2b_             [a-f0-9]{30,}
pinecone      pcsk_            \w{20,}
google        ya29.            [\w-]{20,}
google        GOCSPX-          [\w-]{16,}
google        GOOG1E           [A-Z0-9]{20,}
aws           bedrock-api-key- [A-Za-z0-9+/=%-]{20,}
aws           amzn.mws.        [0-9a-f-]{30,}
aws           amzn1.oa2-cs.    [\w.]{20,}
digitalocean  dop_v1_          [a-f0-9]{32,}
digitalocean  doo_v1_          [a-f0-9]{32,}
digitalocean  dor_v1_          [a-f0-9]{32,}
heroku        HRKU-            [\w-]{20,}
shopify       shpat_           [a-fA-F0-9]{20,}
shopify       shpca_           [a-fA-F0-9]{20,}
shopify       shppa_           [a-fA-F0-9]{20,}
shopify       shpss_           [a-fA-F0-9]{20,}
shopify       shpua_           [a-fA-F0-9]{20,}
shopify       shptka_          [a-fA-F0-9]{20,}
square        sq0atp-          [\w-]{16,}
square        sq0csp-          [\w-]{16,}
square        sq0idp-          [\w-]{16,}
linear        lin_api_         \w{20,}
linear        lin_oauth_       \w{20,}
linear        lin_wh_          \w{20,}
notion        ntn_             [A-Za-z0-9]{30,}
doppler       dp.pt.           \w{20,}
doppler       dp.st.           [\w.-]{20,}
doppler       dp.ct.           \w{20,}
doppler       dp.sa.           \w{20,}
doppler       dp.scim.         \w{20,}
doppler       dp.audit.        \w{20,}
age           AGE-SECRET-KEY-  [A-Z0-9-]{20,}
1password     ops_eyJ          [\w+/=-]{20,}
atlassian     BBDC-            [A-Za-z0-9+/=]{20,}
cloudflare    cfk_             [A-Za-z0-9]{30,}
cloudflare    cfut_            [A-Za-z0-9]{30,}
cloudflare    cfat_            [A-Za-z0-9]{30,}
contentful    CFPAT-           [\w-]{20,}
clojars       CLOJARS_         [A-Za-z0-9]{20,}
docker        dckr_pat_        [\w-]{16,}
docker        dckr_oat_        [\w-]{16,}
figma         figd_            [\w-]{20,}
figma         figo_            [\w-]{20,}
flyio         fo1_             [\w-]{30,}
flyio         fm1a_            [\w+/=-]{30,}
flyio         fm1r_            [\w+/=-]{30,}
flyio         fm2_             [\w+/=-]{30,}
frameio       fio-u-           [\w=-]{20,}
dynatrace     dt0c01.          \w{10,}\.\w{20,}
dynatrace     dt0s             \d{2}\.\w{6,}\.\w{20,}
flutterwave   FLWSECK          [\w-]{10,}
flutterwave   FLWPUBK_TEST-    [\w-]{10,}
grafana       glc_             [\w+/=-]{20,}
grafana       glsa_            \w{20,}
grafana       eyJrIjoi         [A-Za-z0-9+/=]{30,}
postman       PMAK-            [a-f0-9-]{30,}
prefect       pnu_             [A-Za-z0-9]{30,}
prefect       pnb_             [A-Za-z0-9]{30,}
readme        rdme_            [a-z0-9]{40,}
rubygems      rubygems_        [a-f0-9]{30,}
scalingo      tk-us-           [\w-]{30,}
sentry        sntrys_          [\w+/=-]{20,}
sentry        sntryu_          [a-f0-9]{30,}
sentry        sntrya_          [\w+/=-]{20,}
settlemint    sm_aat_          [A-Za-z0-9]{12,}
settlemint    sm_pat_          [A-Za-z0-9]{12,}
settlemint    sm_sat_          [A-Za-z0-9]{12,}
shippo        shippo_live_     [a-fA-F0-9]{20,}
shippo        shippo_test_     [a-fA-F0-9]{20,}
sourcegraph   sgp_             \w{30,}
sonar         squ_             [a-f0-9]{30,}
sonar         sqp_             [a-f0-9]{30,}
sonar         sqa_             [a-f0-9]{30,}
tailscale     tskey-           [\w-]{12,}
brevo         xkeysib-         [\w-]{20,}
brevo         xsmtpsib-        [\w-]{20,}
newrelic      NRAK-            [A-Z0-9]{16,}
newrelic      NRII-            [\w-]{16,}
newrelic      NRJS-            [a-f0-9]{12,}
newrelic      NRRA-            [a-f0-9]{16,}
duffel        duffel_live_     [\w=-]{20,}
duffel        duffel_test_     [\w=-]{20,}
circleci      CCIPAT_          \w{20,}
circleci      CCIPRJ_          \w{20,}
buildkite     bkua_            [a-f0-9]{20,}
buildkite     bkat_            [\w-]{20,}
posthog       phx_             [A-Za-z0-9]{20,}
vercel        vcp_             [A-Za-z0-9]{20,}
vercel        vck_             [A-Za-z0-9]{20,}
vercel        vca_             [A-Za-z0-9]{20,}
vercel        vci_             [A-Za-z0-9]{20,}
supabase      sbp_             [a-f0-9]{20,}
supabase      sb_secret_       [\w-]{16,}
neon          napi_            [a-z0-9]{30,}
planetscale   pscale_tkn_      [\w=.-]{20,}
planetscale   pscale_oauth_    [\w=.-]{20,}
planetscale   pscale_pw_       [\w=.-]{20,}
plaid         access-sandbox-  [0-9a-f-]{30,}
plaid         access-development-  [0-9a-f-]{30,}
plaid         access-production-   [0-9a-f-]{30,}
braintree     access_token$    (?:sandbox|production)\$\w{10,}\$\w{20,}
razorpay      rzp_live_        [A-Za-z0-9]{12,}
razorpay      rzp_test_        [A-Za-z0-9]{12,}
typeform      tfp_             [\w.=-]{30,}
netlify       nfp_             [A-Za-z0-9]{30,}
render        rnd_             [A-Za-z0-9]{24,}
wakatime      waka_            [0-9a-f-]{30,}
honeycomb     hcaik_           [a-z0-9]{30,}
honeycomb     hcaic_           [a-z0-9]{30,}
honeycomb     hcxik_           [a-z0-9]{30,}
deno          ddp_             [A-Za-z0-9]{30,}
deno          ddo_             [A-Za-z0-9]{30,}
packagist     packagist_       [a-z]{3}_[a-f0-9]{30,}
intra42       s-s4t2           (?:ud|af)-[a-f0-9]{30,}
adobe         p8e-             [A-Za-z0-9]{24,}
pinterest     pina_            [A-Z0-9]{30,}
linkedin      WPL_AP           \d\.[\w.=+/-]{20,}
openshift     sha256~          [\w-]{30,}
terraform     .atlasv1.        [\w=-]{40,}
yandex        y0_              [\w-]{40,}
"""

# These begin a word, or they are something else: short prefixes, fixed forms.
_WORDS = r"""
slack         xoxb-            [\w-]{8,}
slack         xoxa-            [\w-]{8,}
slack         xoxp-            [\w-]{8,}
slack         xoxr-            [\w-]{8,}
slack         xoxs-            [\w-]{8,}
slack         xoxo-            [\w-]{8,}
slack         xoxe-            [\w-]{8,}
slack         xoxc-            [\w%-]{8,}
slack         xoxd-            [\w%/+-]{8,}
sendgrid      SG.              [\w=.-]{40,}
google        AIza             [\w-]{30,}
vault         hvs.             [\w-]{20,}
vault         hvb.             [\w-]{20,}
vault         hvr.             [\w-]{20,}
atlassian     ATATT3           [\w=-]{20,}
atlassian     ATCTT3           [\w=-]{20,}
atlassian     ATBB             [A-Za-z0-9]{24,}
easypost      EZAK             [A-Za-z0-9]{40,}
easypost      EZTK             [A-Za-z0-9]{40,}
pulumi        pul-             [a-f0-9]{30,}
databricks    dapi             [a-f0-9]{30,}(?:-\d)?
databricks    dose             [a-f0-9]{30,}
cratesio      cio              [A-Za-z0-9]{32}\b
nuget         oy2              [a-z0-9]{40,}
artifactory   AKCp             [A-Za-z0-9]{50,}
artifactory   cmVmd            [A-Za-z0-9+/=_-]{50,}
alibaba       LTAI             [A-Za-z0-9]{12,26}\b
intercom      dG9rO            [A-Za-z0-9+/]{40,}={0,2}
nostr         nsec1            [a-z0-9]{50,}
bitcoin       xprv             [1-9A-HJ-NP-Za-km-z]{90,}
jwt           ZXlK             [A-Za-z0-9+/=]{40,}
yandex        AQVN             [\w-]{30,}
discord       mfa.             [\w-]{60,}
openai        sk-              [A-Za-z0-9][\w-]{18,}
openai        sess-            [A-Za-z0-9]{30,}
huggingface   hf_              [A-Za-z0-9]{30,42}(?!\w)
twilio        SK               [0-9a-fA-F]{32}(?![0-9A-Za-z])
aws           AKIA             [A-Z0-9]{16}(?![0-9A-Za-z])
aws           ASIA             [A-Z0-9]{16}(?![0-9A-Za-z])
aws           ABIA             [A-Z0-9]{16}(?![0-9A-Za-z])
aws           ACCA             [A-Z0-9]{16}(?![0-9A-Za-z])
aws           A3T              [A-Z0-9]{17}(?![0-9A-Za-z])
aws           ABSK             [A-Za-z0-9+/=]{60,}
tencent       AKID             [A-Za-z0-9]{28,}
google        1//0             [\w-]{20,}
google        AQ.              [\w-]{30,}
facebook      EAA              [A-Za-z0-9_-]{50,}
square        EAAA             [\w-]{22,}
mailgun       key-             [0-9a-f]{32}(?![0-9A-Za-z])
mailgun       pubkey-          [0-9a-f]{32}(?![0-9A-Za-z])
notion        secret_          [A-Za-z0-9]{40,}
vault         s.               (?=[A-Za-z]*\d)[A-Za-z0-9]{24}(?![0-9A-Za-z.])
octopus       API-             [A-Z0-9]{24,30}(?![0-9A-Za-z-])
1password     A3-              [A-Z0-9]{6}-[A-Z0-9-]{20,}
infracost     ico-             (?<!\.ico-)[A-Za-z0-9]{30,}
hubspot       pat-             (?:na|eu|ap)\d-[0-9a-f-]{30,}
airtable      pat              [A-Za-z0-9]{14}\.[0-9a-f]{40,}
harness       pat.             [\w-]{16,}\.\w{16,}\.\w{16,}
harness       sat.             [\w-]{16,}\.\w{16,}\.\w{16,}
dropbox       sl.              [\w-]{60,}
fireworks     fw_              [A-Za-z0-9]{20,}
resend        re_              [A-Za-z0-9]{6,}_[A-Za-z0-9]{16,}
mandrill      md-              [\w-]{20,22}(?![\w-])
launchdarkly  sdk-             [0-9a-f]{8}-[0-9a-f-]{27}
launchdarkly  api-             [0-9a-f]{8}-[0-9a-f-]{27}
launchdarkly  mob-             [0-9a-f]{8}-[0-9a-f-]{27}
gocardless    live_            [\w-]{35,}
lob           test_            [0-9a-f]{31,}
lob           live_pub_        [0-9a-f]{28,}
lob           test_pub_        [0-9a-f]{28,}
mapbox        sk.              eyJ?[\w-]{20,}\.[\w-]{16,}
mapbox        pk.              [\w-]{40,}\.[\w-]{16,}
yandex        t1.              [\w=-]{2,}\.[\w=-]{60,}
yandex        YC               [\w-]{38}(?![\w-])
cloudflare    v1.0-            [a-f0-9]{20,}-[a-f0-9]{60,}
github        v1.              [0-9a-f]{40}(?![0-9A-Za-z])
clickhouse    4b1d             [A-Za-z0-9]{38}(?![0-9A-Za-z])
dnkey         dnkey-           [\w=-]{20,}
jwt           eyJ              [\w-]{8,}\.[\w-]{4,}(?:\.[\w/+=-]*)*
jwt           ey               [A-Za-z0-9_-]{12,}\.ey[\w/\\-]{12,}(?:\.[\w/+=-]*)*
jwt           ewog             [\w-]{8,}\.[\w-]{4,}(?:\.[\w/+=-]*)+
twitch        oauth:           [a-z0-9]{30}(?![0-9A-Za-z])
beamer        b_               [\w=-]{40,}
sanity        sk               (?=[A-Za-z]*\d)(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{80,}
bitcoin       5                (?=[1-9A-HJ-NP-Za-km-z]{50}(?!\w))[HJK][1-9A-HJ-NP-Za-km-z]{49}
"""

# Forms without a prefix: literals that must be there, the expression.
_FORMS: tuple[tuple[tuple[str, ...], str], ...] = (
    # Discord: user id, time and signature in base 64.
    ((".",), r"(?<![\w.-])[MNO][\w-]{23,27}\.[\w-]{6,7}\.[\w-]{27,40}(?![\w.-])"),
    # Telegram: bot id and key.
    ((":a",), r"(?<![\d:])\d{6,12}:A[\w-]{32,}"),
    # Azure: client secrets hold “<digit>Q~”; storage, search and other keys a mark near the end.
    (("q~",), r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{28,36}"),
    (
        ("+ast", "+acr", "aiot", "acdb", "apim", "azse", "azfu", "+aeh", "+arm", "azdo"),
        r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,82}"
        r"(?:\+ASt|\+ACR|AIoT|ACDb|APIM|AzSe|AzFu|\+AEh|\+ARm|AZDO)[A-Za-z0-9+/]{4,12}={0,2}",
    ),
    # Stripe: a payment's client secret is its id and more.
    (("_secret_",), r"(?<![A-Za-z0-9])(?:pi|seti|cs|src|ephkey)_\w{8,}_secret_\w{8,}"),
    # Mailchimp, Mailgun, MaxMind, Facebook, Asana, Firebase, Twitter, Etherscan-like pairs.
    (("-us",), r"(?<![0-9A-Za-z])[0-9a-f]{32}-us\d{1,2}(?!\w)"),
    (("-",), r"(?<![0-9A-Za-z-])[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![0-9A-Za-z-])"),
    (("_mmk",), r"(?<![0-9A-Za-z])[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    (("|", "%"), r"(?<!\d)\d{15,16}(?:\||%7C|%)[\w-]{27,40}"),
    ((":",), r"(?<!\w)[0-2]/\d{10,18}(?:/\d{10,18})?:[0-9a-f]{32}(?!\w)"),
    ((":apa91",), r"(?<!\w)[\w-]{7,30}:APA91[\w-]{60,}"),
    (("aaaa",), r"(?<![A-Za-z0-9])AAAA[\w-]{7}:[\w-]{100,}"),
    (("aaaaaaaaaaaaaaaaaaaa",), r"(?<![A-Za-z0-9])A{20,}[A-Za-z0-9%]{40,}"),
    # HashiCorp: the part before “.atlasv1.” belongs to it.
    ((".atlasv1.",), r"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{40,}"),
    # Authress, Vault batch, Kubernetes bootstrap tokens.
    (
        (".acc",),
        r"(?<!\w)(?:sc|ext|scauth|authress)_\w{5,30}\.\w{4,6}\.acc[_-][\w-]{10,32}\.[\w+/=-]{30,}",
    ),
    # Bitcoin: private keys in wallet import format.
    (("k", "l"), r"(?<![A-Za-z0-9])[KL][1-9A-HJ-NP-Za-km-z]{51}(?![A-Za-z0-9])"),
    # Sidekiq, New York Times-like pairs in the names of gem servers.
    (("contribsys",), r"(?<![0-9a-f])([0-9a-f]{8}:[0-9a-f]{8})(?![0-9a-f])"),
)

# Whoever names the parts of a token like this makes tokens: acme_pat_…, corp-secret-….
_SPEAKING = re.compile(
    r"(?<![A-Za-z0-9_-])(?!p(?:k|ub)[_-])[a-z0-9]{2,16}[_-]"
    r"(?:pat|secret|tkn|token|sk|apikey|api_key|live_sk|prod_sk)[_-]([A-Za-z0-9]{20,})"
)


def _lines(table: str) -> Iterator[tuple[str, str]]:
    for line in table.strip().splitlines():
        _, prefix, body = line.split(maxsplit=2)
        yield prefix, body


def _rules() -> Iterator[Rule]:
    for prefix, body in _lines(_PARTICULAR):
        yield Rule((prefix.lower(),), re.compile(re.escape(prefix) + body))
    for prefix, body in _lines(_WORDS):
        start = re.escape(prefix)
        # Behind the literal, so that the search for it stays the quick one.
        yield Rule((prefix.lower(),), re.compile(rf"{start}(?<![A-Za-z0-9_+-]{start}){body}"))
    for literals, form in _FORMS:
        yield Rule(literals, re.compile(form))
    yield Rule(("_", "-"), _SPEAKING, looks_random)


TOKENS: tuple[Rule, ...] = tuple(_rules())
