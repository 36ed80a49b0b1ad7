"""The words by which a name is judged.

Sources: the field filters of Rails, Django, Sentry and structlog; the identifiers of the gitleaks,
detect-secrets and secretlint rules; OpenID Connect, OAuth 2.0 (RFC 6749), AWS, Azure and GCP
parameter names; PCI DSS 3.2 on card data. Singular, lower case; ``_words.split`` brings a name
into that form.
"""

from __future__ import annotations

__all__ = [
    "ACRONYMS",
    "CARD_HEADS",
    "CODE_HEADS",
    "COMPOUNDS",
    "KEY_HEADS",
    "METADATA",
    "PLAIN_HEADS",
    "PLAIN_KEY_HEADS",
    "PROVIDERS",
    "SECRET_WORDS",
    "SUSPECT_PHRASES",
    "VALUE_TAILS",
    "words",
]


def words(text: str) -> frozenset[str]:
    """Return the words of a table."""
    return frozenset(text.split())


# A name with one of these holds a secret, unless its last word says that it only describes one.
SECRET_WORDS = words(
    """
    password passwd passphrase passcode passwort pwd pw psw pswd passwrd pass passkey
    secret credential cred apikey token jwt authorization cookie bearer csrf xsrf
    pin puk otp totp hotp cvv cvc cvn ssn psk mnemonic keytab htpasswd
    phpsessid jsessionid sessid dockerconfigjson dockercfg
    kennwort senha contraseña contrasena contrasenya wachtwoord parola hasło haslo lösenord losenord
    salasana adgangskode passord heslo jelszó jelszo şifre sifre lozinka geheimnis segredo segreto
    secreto secreta secrète пароль парола секрет токен 密码 密碼 口令 パスワード 暗証番号
    비밀번호 암호
    """
)

# Written as two words, or run together, they are one.
COMPOUNDS = {
    ("pass", "word"): "password",
    ("pass", "phrase"): "passphrase",
    ("pass", "code"): "passcode",
    ("pass", "key"): "passkey",
    ("pass", "wd"): "passwd",
    ("ht", "passwd"): "htpasswd",
    ("o", "auth"): "oauth",
    ("mot", "de", "passe"): "password",
    ("access", "pin"): "pin",
    ("social", "security"): "ssn",
    ("security", "answer"): "secret",
    ("seed", "phrase"): "mnemonic",
    ("seed", "word"): "mnemonic",
    ("recovery", "phrase"): "mnemonic",
    ("backup", "phrase"): "mnemonic",
    ("wallet", "seed"): "mnemonic",
    ("secret", "phrase"): "mnemonic",
    ("auth", "header"): "authorization",
    ("basic", "auth"): "authorization",
    ("http", "auth"): "authorization",
    ("proxy", "auth"): "authorization",
    ("x", "auth"): "authorization",
    ("client", "assertion"): "credential",
    ("saml", "response"): "credential",
    ("saml", "assertion"): "credential",
    ("shared", "access", "signature"): "credential",
    ("magic", "link"): "credential",
    ("reset", "link"): "credential",
    ("private", "pem"): "credential",
    ("service", "account", "json"): "credential",
    ("personal", "access", "token"): "token",
    ("rediscli", "auth"): "password",
    ("docker", "auth", "config"): "credential",
    ("kata", "sandi"): "password",
    ("auth", "salt"): "secret",
    ("nonce", "salt"): "secret",
    ("nonce", "key"): "secret",
    ("logged", "in", "key"): "secret",
    ("logged", "in", "salt"): "secret",
    ("oauth", "verifier"): "credential",
    ("code", "verifier"): "credential",
    ("priv", "key"): "credential",
    ("reset", "key"): "token",
    ("recovery", "word"): "mnemonic",
    ("challenge", "answer"): "secret",
    ("secret", "question", "answer"): "secret",
    ("security", "question", "answer"): "secret",
    ("new", "relic"): "newrelic",
    ("authorization", "header"): "authorization",
    ("cosmo", "primary", "key"): "apikey",
}

# “… key” is a secret after these.
KEY_HEADS = words(
    """
    api secret private access auth authentication authorization encryption encrypt encrypted
    decryption decrypt signing sign signature master shared sharedaccess service license licence
    session symmetric hmac aes des rsa ecdsa pgp gpg webhook sas subscription consumer app
    application integration admin root tsig wrapping jwt client server ssl tls crypto cryptographic
    deploy deployment write read ingest ingestion security recovery activation wallet signer
    validator bot oauth cipher account storage preshared function wep wpa
    sa fernet unseal iothub eventhub servicebus hub bus cosmo
    wifi token host db database rest gateway presigned
    """
)
# … and never after these, whatever the value looks like.
PLAIN_KEY_HEADS = words(
    """
    public publishable primary foreign partition sort cache idempotency idempotent dedup dedupe
    deduplication unique composite candidate natural surrogate routing shard object s s3 hash range
    index row column translation i18n lang issue jira project sub map dict group parent child
    """
)
CODE_HEADS = words(
    """
    pin security verification verify auth authorization authentication access otp backup recovery
    mfa 2fa tfa device activation sms login pairing door gate unlock alarm reset onetime time
    passcode factor secret signin puk tan confirm confirmation
    """
)
CARD_HEADS = words("card cc creditcard debitcard pan")

# A provider's name before “key” or “pat” makes it that provider's secret.
PROVIDERS = words(
    """
    adafruit adobe airtable algolia alibaba aliyun amplitude anthropic asana atlassian auth0 aws
    azure beamer binance bitbucket bittrex braintree brevo bugsnag buildkite circleci clerk
    clickhouse cloudflare cloudinary codecov cohere coinbase confluent contentful databricks
    datadog deepgram deepl deepseek digitalocean discord docusign doppler drone dropbox dynatrace
    elevenlabs etsy facebook fastly figma finnhub firebase fireworks flickr flutterwave freshbooks
    freshdesk gcp gemini github gitlab gitter gocardless google grafana groq harness heroku hf
    honeycomb hubspot huggingface infura instagram intercom jfrog kraken kucoin langfuse langsmith
    launchdarkly linear linkedin linode lob logdna looker loggly mailchimp mailgun mandrill mapbox
    maps mattermost maxmind meraki messagebird mistral mixpanel moralis netlify newrelic notion npm
    nuget nvidia okta openai openrouter openweather openweathermap opsgenie pagerduty paypal
    paystack perplexity pinecone plaid postman postmark posthog prefect pulumi pusher pypi quandl
    rapidapi razorpay replicate resend rollbar rubygems scaleway segment sendbird sendgrid
    sendinblue sentry serpapi shippo shopify slack snowflake snyk sonar sourcegraph spotify square
    squarespace stripe sumologic supabase tailscale tavily telegram terraform together travis
    trello tripadvisor twilio twitch twitter typeform unsplash upstash vault vercel vonage voyage
    vultr weatherapi webflow wolfram xai yandex youtube zapier zendesk zoom ado gh
    """
)

# When a name ends in one of these, or goes on with one, it describes a secret and holds none.
METADATA = words(
    """
    count limit used use usage type kind length len size min max minimum maximum policy rule
    requirement required require strength score age expiry expiration expire expired expiring exp
    ttl lifetime duration validity until rotation rotated changed change updated created issued
    revoked at date time timestamp on since last in day hour minute second month year name label
    title description desc url uri endpoint path file filename dir directory folder location id ids
    uuid arn ref reference version status state enabled disabled active configured set exists
    present missing valid invalid verified accepted provider issuer audience scope algorithm alg
    method scheme format prefix suffix question field input column header placeholder manager
    management store reset attempt failure failed error retry per rate bucket budget remaining left
    balance cost price generator generation validator validation checker check index position
    offset protected protection less holder owner user username host port domain consent banner
    notice category group class service mode board santa garden sauce agent ballot ingredient recipe
    menu level clearance model project region brand network issuer last4 source target destination
    total number num avg average sum ratio percent estimate estimator threshold window stream
    counter tracker limiter budgeted consumed spent saved processed generated cached size info
    metadata meta schema template option setting config configuration support supported
    compliance complexity history helper tip visibility visible confirmed mismatch match
    allowed blocked needed optional available found empty null blank
    ring variable var property attribute parameter param binding economy
    standard supply symbol address contract distribution embedding latency selector locator xpath
    lexer parser formatter handler listener middleware interceptor adapter converter mapper
    serializer factory builder encode decode encoding encryption checking resolution keyword comment
    vocab vocabulary decimal pair prob logprob logit span out engine scanning authentication
    same site samesite stdin fd prompt alias encoder decoder mgmt
    command cmd program scanned detected imported exported synced migrated leaked
    regex pattern hasher iteration lock lockout locked rule renewal introspection exchange
    """
) - words("number")

# When a name ends in one of these, the secret itself is meant after all.
VALUE_TAILS = words(
    """
    value content text plain plaintext cleartext raw string str data code link base64 b64 encoded
    hash hashed digest salt payload body key
    """
)

# Directly before the secret word, these make it a thing of another kind, for that word only.
PLAIN_HEADS: dict[str, frozenset[str]] = {
    "token": words(
        """
        max min num number n total prompt completion input output cached reasoning used remaining
        available budget avg average per stop eos bos pad unk sep mask cls special next previous
        prev page pagination continuation continue sync cursor cancellation cancel cancelled lexer
        parser syntax idempotency extra context thinking visual image audio text word subword
        generated consumed estimated limit nft governance utility erc20 keyword fencing
        trailing public truncate truncated overlap reserve erc bep spl
        leading lookahead design query document chunk sequence
        """
    ),
    "pass": words(
        """
        boarding bus ski season day press hall single multi first second third forward backward
        back fast two one render high low band all mountain by free train rail museum guest transit
        compiler optimization final initial previous next last lint
        """
    ),
    "pin": words(
        """
        gpio led data clock map drop pull push io input output analog digital header safety rolling
        lapel hat bowling reset ground power option signal adc pwm tx rx interrupt pushed
        location board cs ss mosi miso sda scl irq en busy trig echo servo relay button motor
        """
    ),
    "cookie": words("fortune chocolate oatmeal accept allow third party"),
    "secret": words("trade victoria open top existing external pull"),
}
# Before any secret word: a yes or no, or something to do.
_ASKING = words(
    "num min max total count avg is has have had need no without forgot forgotten allow"
    " show hide enable disable require "
    "use uses should can must missing wrong invalid incorrect skip"
)
PLAIN_HEADS = {word: PLAIN_HEADS.get(word, frozenset()) | _ASKING for word in SECRET_WORDS}

# The value decides: a random-looking one goes, an ordinary one stays.
SUSPECT_PHRASES = frozenset(
    tuple(phrase.split())
    for phrase in (
        "key",
        "session",
        "session id",
        "sid",
        "auth",
        "sig",
        "salt",
        "license",
        "licence",
        "pat",
        "secret id",
        "invite code",
        "code",
        "login",
        "ticket",
        "connect sid",
        "connection string",
        "phrase",
        "hmac",
        "oauth",
        "nonce",
        "signature",
        "seed",
        "api",
        "access",
    )
)

# Only to take run-together names apart: “dbpassword”, “mysqlpwd”, “githubtoken”.
ACRONYMS = words(
    """
    my user usr client customer admin administrator root super master db database sql mysql pg pgsql
    postgres postgresql mongo mongodb redis rabbitmq rabbit amqp mssql oracle ldap smtp imap pop ftp
    sftp ssh ssl tls http https proxy vpn wifi router web site app application api auth oauth access
    refresh id session login signin account acct email mail gmail host server service svc dev prod
    production staging test qa uat local ci cd jenkins docker registry repo git k8s kube kubernetes
    cluster node agent bot hook webhook payment pay card bank wallet crypto private public shared
    secret signing encryption encrypt jks keystore truststore key store cert pfx p12 new old current
    temp tmp default initial confirm repeat verify reset plain hashed encoded enc hash salt value x
    consumer device push fcm apns csrf xsrf middleware bearer cookie code number num security
    verification policy length count limit type url path file expiry name hint pat pem priv bind
    credit debit
    """
)
