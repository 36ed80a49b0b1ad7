"""A second labelled corpus, written after the rules and from other sources, to keep them honest.

Sources: the field filters of web frameworks and error trackers, the configuration files of common
tools, GitHub's list of secret scanning patterns, and what ordinary logs, code and tickets hold.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

from .redaction_corpus import Maker, Sample

__all__ = ["held_out"]


def held_out(seed: int = 2) -> list[Sample]:
    """Return the samples of all families."""
    make = Maker(seed)
    return [
        Sample(family, *sample) if isinstance(sample, tuple) else Sample(family, sample)
        for family, samples in _FAMILIES.items()
        for sample in samples(make)
    ]


_SECRET_NAMES = """
HTTP_AUTHORIZATION X-Forwarded-Authorization mysqlPassword rootPassword sudo_password
ansible_become_pass ansible_ssh_pass wifi_password wpaPsk preshared_key adminPasswd userPwd
loginPassword passWord pass_phrase keystorePass keyStorePassword ssl_key_password sslkeypassword
jdbc.password spring.security.user.password SECRET_KEY_BASE RAILS_MASTER_KEY DJANGO_SECRET_KEY
FLASK_SECRET_KEY APP_KEY JWT_SECRET JWT_SIGNING_KEY NEXTAUTH_SECRET SESSION_SECRET COOKIE_SECRET
STRIPE_SECRET_KEY STRIPE_WEBHOOK_SECRET SENDGRID_API_KEY TWILIO_AUTH_TOKEN SLACK_SIGNING_SECRET
GITHUB_TOKEN GH_TOKEN GITLAB_TOKEN NPM_TOKEN PYPI_TOKEN DOCKER_PASSWORD DOCKERHUB_TOKEN
AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AZURE_CLIENT_SECRET AZURE_STORAGE_KEY GOOGLE_API_KEY
GCP_PRIVATE_KEY CLOUDFLARE_API_TOKEN DATADOG_API_KEY DD_APP_KEY SENTRY_AUTH_TOKEN OPENAI_API_KEY
ANTHROPIC_API_KEY HF_TOKEN COHERE_API_KEY PINECONE_API_KEY PGPASSWORD MYSQL_ROOT_PASSWORD
POSTGRES_PASSWORD REDIS_PASSWORD MONGO_INITDB_ROOT_PASSWORD RABBITMQ_DEFAULT_PASS SMTP_PASSWORD
MAIL_PASSWORD EMAIL_HOST_PASSWORD FTP_PASSWORD SSH_PRIVATE_KEY SSH_KEY_PASSPHRASE GPG_PASSPHRASE
VAULT_TOKEN CONSUL_HTTP_TOKEN NOMAD_TOKEN K8S_TOKEN KUBE_TOKEN serviceAccountToken
oauth_client_secret oauthToken oauth_token_secret accessTokenSecret consumer_key_secret
refreshToken idToken userToken apiToken api_token ApiSecret apisecret appsecret app_token
botToken webhookToken webhook_signing_key signatureSecret hmacSecret hmac_key encryptionKey
encryption-key aesKey aes_key rsaPrivateKey privateKeyPem private-key-pem decryption_key
masterPassword master_password unlock_code pinNumber pin user_pin cardPin cvc cvv2 card_cvv
cardNumber creditCardNumber cc_number socialSecurityNumber social_security_number ssn
oneTimePassword one_time_password otpCode mfaCode mfa_token totpSeed totp_secret backupCodes
recovery_codes recoveryPhrase mnemonic seedPhrase walletPrivateKey wallet_seed securityAnswer
secret_answer authCode authorization_code device_code magic_link reset_token passwordResetToken
email_verification_token inviteToken csrfmiddlewaretoken X-CSRFToken xsrf_token _csrf_token
sessionCookie session_key sessionSecret cookies auth_cookie remember_token rememberToken
licenseKey activation_key deploy_key deployKey tailscale_authkey sas_token sharedAccessKey
SharedAccessKey AccountKey storageAccountKey primary_access_key subscriptionKey
Ocp-Apim-Subscription-Key x-functions-key x-rapidapi-key X-Auth-Key X-Shopify-Access-Token
X-GitLab-Token PRIVATE-TOKEN JOB-TOKEN X-Amz-Security-Token x-goog-api-key api-key apikey APIKEY
db_pass DB_PASS dbPass smtpPass imap_pass proxyPassword proxy_pass truststorePassword p12Password
certificate_password zip_password pdfPassword encryption_passphrase credential userCredentials
service_credentials creds db_creds kerberos_keytab passcode passkey door_code access_code
gate_code alarm_code safe_code_pin wifi_passphrase snmp_auth_password bind_password ldapBindPassword
motDePasse contraseña пароль senha password_digest hashed_password encrypted_password old_password
currentPassword new_password2 confirmPassword password_repeat secret secrets token tokens tok_secret
""".split()

_PLAIN_NAMES = """
authors author_id author_email authority_url authentic_ratio authentication_backend auth_backend
auth_enabled authorized_at is_authenticated authorship tokenized tokenizer_config tokenization
token_estimate estimated_tokens tokens_per_minute tokens_total token_window context_tokens
cached_tokens reasoning_tokens total_token_count maxTokens max_output_tokens numTokens min_tokens
token_ids stop_token eos_token pad_token_id token_type_ids page_token nextPageToken
continuationToken syncToken keyboards keyboard_layout keyframe keyframes keynote keystone keystroke
keyspace keypress keyCode keyup monkeypatch donkey whiskey jockey hockey turkey_day keychain_name
public_key publicKey ssh_public_key public_key_pem primary_key primaryKey partitionKey sortKey
cacheKey routing_key groupKey hash_key range_key index_key foreignKey composite_key unique_key
object_key s3_key row_key map_key idempotencyKey dedup_key translation_key keys_count key_type
key_size key_length key_usage key_version key_name key_id keyId kms_key_id kms_key_arn
api_key_id apiKeyName secretName secret_name secretArn secret_version secret_ref secretsmanager_arn
secretary secretariat passenger_name passengers passport passportNumber passive compass_heading
passthrough bypass_cache bypassed underpass pass_threshold pass_at_k tests_passed test_pass_rate
passing_score boarding_pass hall_pass first_pass pinterest_url pineapple spinner opinion pinned
pinned_messages pin_to_top ping ping_interval shipping_address mapping option_pins
password_policy password_min_length passwordMaxAge passwordExpiresAt password_last_changed
password_strength passwordRequired password_reset_required has_password password_attempts
cookie_policy cookie_domain cookieConsent cookie_banner_text sessionTimeout session_ttl
session_duration_ms sessions_count credit credits creditor accredited credit_score credit_limit
card_brand cardType card_last4 cardholder_name card_expiry_month scorecard cardinality discarded
hash hashes file_hash content_hash sha256 md5 checksum fingerprint commit commit_id commit_hash
tree_sha base_sha head_sha etag digest integrity revision build_id build_number image_digest
request_id requestId trace_id traceparent span_id correlation_id order_id orderNumber invoice_number
tracking_number customer_id user_id userId account_id account_number routing_number iban bic swift
vat_id tax_rate phone phone_number postcode zip_code country_code currency_code language_code
status_code error_code exit_code return_code area_code color_code barcode code_snippet codebase
source_code product_code promo_code qr_code_size title body message subject description comment
reason amount price total quantity latitude longitude altitude url uri path filename file_path
mime_type content_type encoding charset locale timezone created_at updated_at deleted_at expires_at
version schema_version api_version namespace cluster region zone host hostname port protocol
otp_enabled otp_length mfa_required two_factor_enabled oauth_provider oauth_scopes grant_type
response_type redirect_uri client_id client_name application_id tenant_id issuer audience scope
algorithm signature_algorithm signature_method signed_at sign_up_date design designation assignee
assigned_to insight sightings significance csrf_enabled jwt_algorithm jwt_expiry license_type
license_plate licensed_users ticket_id ticket_number access_level accessibility accessed_at
access_log accessory success successor process concession recess private_repo is_private privacy
""".split()


def _secret_names(make: Maker) -> Iterator[tuple[Any, ...]]:
    for name in _SECRET_NAMES:
        secret = make.random.choice((make.password(), make.mixed(26), make.uuid()))
        yield secret, secret, name
        yield {name: secret}, secret
    for name in ("PIN", "otp", "cvv", "mfaCode"):
        value = int(make.digits(6))
        yield {name: value}, str(value)


def _plain_names(make: Maker) -> Iterator[tuple[Any, ...]]:
    for name in _PLAIN_NAMES:
        for value in ("Jane Doe", make.uuid(), make.hexes(40), 1500):
            yield value, None, name
        yield f"{name}=17", None
        yield f'{{"{name}": "blue"}}', None


def _tokens(make: Maker) -> Iterator[tuple[Any, ...]]:
    shapes = [
        "AKIA" + make.upper(16), "ABSK" + make.b64(90), "amzn.mws." + make.uuid(),
        "ghu_" + make.mixed(36), "ghs_" + make.digits(6) + "_" + make.jwt(),
        "glptt-" + make.hexes(40), "glft-" + make.mixed(20), "glagent-" + make.mixed(50),
        "glcbt-ab_" + make.mixed(20), "gloas-" + make.mixed(64), "glsoat-" + make.mixed(20),
        "GR1348941" + make.mixed(20), "xoxe.xoxp-1-" + make.upper(163), "xoxe-1-" + make.upper(146),
        "xoxs-" + "-".join(make.digits(11) for _ in range(3)) + "-" + make.hexes(32),
        "xoxd-" + make.mixed(60), "sk_test_" + make.mixed(99), "rk_live_" + make.mixed(24),
        "sk-svcacct-" + make.mixed(74), "sk-admin-" + make.mixed(74), "sk-or-v1-" + make.hexes(64),
        "sk-ant-admin01-" + make.mixed(93), "api_org_" + make.of("abcdefXYZ", 34),
        "ATCTT3xFfG" + make.mixed(170), "ATBB" + make.mixed(32), "cfk_" + make.mixed(40) + make.hexes(8),
        "CFPAT-" + make.mixed(43), "dckr_oat_" + make.mixed(32), "dp.st.prod." + make.mixed(43),
        "dt0c01." + make.upper(24) + "." + make.upper(64), "EZAK" + make.mixed(54),
        "FLWSECK_TEST-" + make.hexes(32) + "-X", "fio-u-" + make.mixed(64), "glc_" + make.b64(60),
        make.lower(14) + ".atlasv1." + make.mixed(67), "HRKU-AA" + make.mixed(58),
        "ico-" + make.mixed(32), "pat-na1-" + make.uuid(), "pat" + make.mixed(14) + "." + make.hexes(64),
        "pat." + make.mixed(22) + "." + make.hexes(24) + "." + make.mixed(20),
        "AKCp" + make.mixed(69), "cmVmd" + make.mixed(59), "lin_oauth_" + make.hexes(64),
        make.mixed(6) + "_" + make.mixed(29) + "_mmk", "key-" + make.hexes(32),
        make.hexes(32) + "-" + make.hexes(8) + "-" + make.hexes(8), "nfp_" + make.mixed(36),
        "NRII-" + make.mixed(32), "NRJS-" + make.hexes(19), "secret_" + make.mixed(43),
        "ops_eyJ" + make.b64(200), "A3-" + make.upper(6) + "-" + make.upper(11) + "-" + make.upper(5)
        + "-" + make.upper(5) + "-" + make.upper(5), "API-" + make.upper(26),
        "pnu_" + make.mixed(36), "pscale_pw_" + make.mixed(43), "pscale_oauth_" + make.mixed(32),
        "rdme_" + make.lower(70), "sha256~" + make.b64url(32), "shpss_" + make.hexes(32),
        "shppa_" + make.hexes(32), "shippo_live_" + make.hexes(40), "sgp_" + make.hexes(40),
        "squ_" + make.hexes(40), "sq0csp-" + make.mixed(43), "sntryu_" + make.hexes(64),
        "tfp_" + make.mixed(44) + "_" + make.mixed(14), "tk-us-" + make.mixed(48),
        "AQVN" + make.mixed(36), "y0_" + make.mixed(55), "YC" + make.mixed(38),
        "v1.0-" + make.hexes(24) + "-" + make.hexes(146), "nvapi-" + make.mixed(64),
        "xai-" + make.mixed(80), "tvly-dev-" + make.mixed(32), "pcsk_" + make.mixed(70),
        "re_" + make.mixed(8) + "_" + make.mixed(24), "vcp_" + make.mixed(24), "sb_secret_" + make.mixed(32),
        "bkua_" + make.hexes(40), "phx_" + make.mixed(43), "waka_" + make.uuid(),
        "hcaik_01" + make.lower(56), "oy2" + make.lower(43), "cio" + make.mixed(32),
        "LTAI5t" + make.mixed(18), "AKID" + make.mixed(32), "EAAA" + make.mixed(60),
        "EAACEdEose0cBA" + make.mixed(100), "AAAAAAAAAAAAAAAAAAAAA" + make.mixed(80),
        make.digits(15) + "|" + make.mixed(27), "MTk4NjIy" + make.mixed(18) + "." + make.mixed(6)
        + "." + make.mixed(27), "mfa." + make.mixed(84), make.digits(9) + ":AAF" + make.mixed(32),
        "sk.eyJ1Ijoi" + make.mixed(50) + "." + make.mixed(22), "oauth:" + make.lower(30),
        "1/" + make.digits(16) + ":" + make.hexes(32), "md-" + make.mixed(22), "hvb." + make.mixed(140),
        "hvr." + make.mixed(96), "s." + make.mixed(24), "duffel_test_" + make.mixed(43),
        "access_token$production$" + make.lower(16) + "$" + make.hexes(32), "whsec_" + make.b64(24),
        "pi_" + make.mixed(24) + "_secret_" + make.mixed(25), "GOOG1E" + make.upper(55),
        "bedrock-api-key-" + make.b64(120), "figo_" + make.mixed(40), "e2b_" + make.hexes(40),
        "$argon2id$v=19$m=65536,t=3,p=4$" + make.b64(16).rstrip("=") + "$" + make.b64(32).rstrip("="),
        "$6$" + make.mixed(16) + "$" + make.mixed(86), make.pem("PRIVATE KEY"),
        make.pem("EC PRIVATE KEY"), make.pem("ENCRYPTED PRIVATE KEY"), make.jwt(),
        "5" + "Kb8kLf9zgWQnogidDA76MzPL6TsZZY36hWXMssSzNyd"[:50 - 1] + "YXYB9KF"[:7],
        "K" + make.of("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ123456789", 51),
    ]  # fmt: skip
    for secret in shapes:
        yield secret, secret
        yield {"message": f"got {secret}, ok?"}, secret
        yield f"[2026-01-01T00:00:00Z] INFO using `{secret}`\n", secret
        yield f"https://example.com/x/{secret}", secret


def _files(make: Maker) -> Iterator[tuple[Any, ...]]:
    for template in _FILE_TEMPLATES:
        secret = make.random.choice((make.mixed(22), make.password().rstrip("!$#x")))
        yield template.replace("SECRET_HERE", secret), secret
    pair = base64.b64encode(b"bob:" + make.mixed(12).encode()).decode()
    yield json.dumps({"auths": {"ghcr.io": {"auth": pair}}}), pair
    yield {"auths": {"ghcr.io": {"auth": pair}}}, pair
    value = base64.b64encode(make.mixed(12).encode()).decode()
    yield f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  uri: {value}\n", value


_FILE_TEMPLATES = (
    "//registry.npmjs.org/:_authToken=SECRET_HERE",
    "[pypi]\nusername = __token__\npassword = SECRET_HERE\n",
    "machine github.com\n  login bob\n  password SECRET_HERE\n",
    "db.internal:5432:app:bob:SECRET_HERE",
    "define('DB_PASSWORD', 'SECRET_HERE');",
    "$db_password = 'SECRET_HERE';",
    "DATABASES = {'default': {'USER': 'bob', 'PASSWORD': 'SECRET_HERE', 'HOST': 'db'}}",
    "services:\n  db:\n    environment:\n      - POSTGRES_PASSWORD=SECRET_HERE\n      - TZ=UTC\n",
    "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: SECRET_HERE\n",
    'resource "aws_db_instance" "x" {\n  username = "bob"\n  password = "SECRET_HERE"\n}',
    '"ConnectionStrings": {"Default": "Server=.;Database=x;User Id=sa;Password=SECRET_HERE;"}',
    "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=SECRET_HERE=",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=SECRET_HERE==;EndpointSuffix=core.windows.net",
    "Data Source=x;Initial Catalog=y;Integrated Security=False;User ID=sa;Pwd=SECRET_HERE",
    "jdbc:mysql://db:3306/x?user=bob&password=SECRET_HERE&useSSL=true",
    "jdbc:sqlserver://db:1433;databaseName=x;user=bob;password=SECRET_HERE;encrypt=true",
    "dsn: 'user=bob password=SECRET_HERE host=db port=5432 dbname=x'",
    "spring:\n  datasource:\n    username: bob\n    password: SECRET_HERE\n",
    "<connectionString>Server=x;Password=SECRET_HERE</connectionString>",
    "<server><id>x</id><username>bob</username><password>SECRET_HERE</password></server>",
    '<property name="hibernate.connection.password">SECRET_HERE</property>',
    '<property name="password" value="SECRET_HERE"/>',
    "[client]\nuser=root\npassword=SECRET_HERE\n",
    "requirepass SECRET_HERE\n",
    "auth_basic_user_file x; proxy_set_header Authorization \"Bearer SECRET_HERE\";",
    "env:\n  - name: API_TOKEN\n    value: SECRET_HERE\n",
    "env:\n- name: DB_PASSWORD\n  value: \"SECRET_HERE\"\n",
    "echo \"::add-mask::x\"; export GITHUB_TOKEN=SECRET_HERE",
    "ENV API_KEY SECRET_HERE",
    "ARG NPM_TOKEN=SECRET_HERE",
    "set PGPASSWORD=SECRET_HERE&& psql -h db",
    "$env:AZURE_CLIENT_SECRET = \"SECRET_HERE\"",
    "setx OPENAI_API_KEY \"SECRET_HERE\"",
    "os.environ['SECRET_KEY'] = 'SECRET_HERE'",
    "os.environ.setdefault('DB_PASSWORD', 'SECRET_HERE')",
    "client = Client(api_key='SECRET_HERE', timeout=3)",
    "new Client({ apiKey: 'SECRET_HERE', region: 'eu' })",
    "requests.get(url, auth=('bob', 'SECRET_HERE'))",
    "requests.post(url, headers={'X-Api-Key': 'SECRET_HERE'})",
    "axios.defaults.headers.common['Authorization'] = 'Bearer SECRET_HERE';",
    "fetch(u, {headers: {Authorization: `Bearer SECRET_HERE`}})",
    "private static final String PASSWORD = \"SECRET_HERE\";",
    "const char *password = \"SECRET_HERE\";",
    "let token: &str = \"SECRET_HERE\";",
    "val apiKey = \"SECRET_HERE\"",
    "let secretKey: String = \"SECRET_HERE\"",
    "@api_key = 'SECRET_HERE'",
    "config.secret_key = 'SECRET_HERE'",
    "--from-literal=api-key=SECRET_HERE --namespace x",
    "helm install x --set auth.password=SECRET_HERE,replicas=3",
    "terraform apply -var 'db_password=SECRET_HERE'",
    "ansible-playbook x.yml -e \"ansible_become_pass=SECRET_HERE\"",
    "docker run -e MYSQL_ROOT_PASSWORD=SECRET_HERE mysql:8",
    "psql \"host=db user=bob password=SECRET_HERE dbname=x\"",
    "mongodump --username bob --password SECRET_HERE --db x",
    "pg_restore --dbname=postgres://bob:SECRET_HERE@db/x",
    "git clone https://oauth2:SECRET_HERE@gitlab.com/x/y.git",
    "git remote set-url origin https://bob:SECRET_HERE@github.com/x/y",
    "pip install --index-url https://bob:SECRET_HERE@pypi.example.com/simple x",
    "wget --http-user=bob --http-password=SECRET_HERE https://x",
    "http -a bob:SECRET_HERE GET https://x",
    "keytool -storepass SECRET_HERE -alias x",
    "gpg --batch --passphrase SECRET_HERE -d x",
    "zip -P SECRET_HERE x.zip x",
    "vault login token=SECRET_HERE",
    "gh auth login --with-token <<< SECRET_HERE",
    "snowsql -a x -u bob --private-key-passphrase SECRET_HERE",
    "INSERT INTO users (name, password) VALUES ('bob', 'SECRET_HERE')",
    "UPDATE users SET password='SECRET_HERE' WHERE id=3",
    "CREATE USER bob WITH PASSWORD 'SECRET_HERE'",
    "CREATE USER 'bob'@'%' IDENTIFIED BY 'SECRET_HERE'",
    "ALTER ROLE bob PASSWORD 'SECRET_HERE'",
    "GET /cb?code=x&state=y&access_token=SECRET_HERE HTTP/1.1\" 200",
    "https://x.blob.core.windows.net/c/f?sv=2022-11-02&se=2026-01-01&sr=b&sp=r&sig=SECRET_HERE%3D",
    "https://b.s3.amazonaws.com/k?X-Amz-Expires=3600&X-Amz-Signature=SECRET_HERE&X-Amz-SignedHeaders=host",
    "https://storage.googleapis.com/b/k?GoogleAccessId=x&Expires=1&Signature=SECRET_HERE",
    "https://d1.cloudfront.net/x?Expires=1&Signature=SECRET_HERE&Key-Pair-Id=K1",
    "https://example.com/#access_token=SECRET_HERE&token_type=bearer",
    "wss://example.com/socket?token=SECRET_HERE",
    "redis://:SECRET_HERE@cache:6379/0",
    "amqps://bob:SECRET_HERE@mq/vhost",
    "mongodb://bob:SECRET_HERE@a:27017,b:27017/x?replicaSet=r",
    "smtp://bob%40example.com:SECRET_HERE@mail.example.com:587",
    "ldap://cn=admin:SECRET_HERE@ldap:389",
    "ftp://bob:SECRET_HERE@ftp.example.com/x",
    "sqlalchemy.url = mysql+pymysql://bob:SECRET_HERE@db/x",
    "bob:SECRET_HERE@tcp(127.0.0.1:3306)/x?parseTime=true",
    "login failed for user bob with password SECRET_HERE",
    "authentication failed (password=SECRET_HERE)",
    "KeyError: 'password' not in {'password': 'SECRET_HERE'}",
    "ValidationError: api_key: 'SECRET_HERE' is too long",
    "psycopg2.OperationalError: could not connect: postgresql://bob:SECRET_HERE@db:5432/x",
    "HTTPError: 401 for url: https://api.example.com/v1/x?api_key=SECRET_HERE",
    "DEBUG request headers={'Authorization': 'Bearer SECRET_HERE', 'Accept': '*/*'}",
    "level=info msg=\"auth ok\" token=SECRET_HERE user=bob",
    "{\"level\":\"debug\",\"msg\":\"{\\\"password\\\":\\\"SECRET_HERE\\\"}\"}",
    "Hi, the wifi password is SECRET_HERE. Bob",
    "You can log in with bob@example.com / password: SECRET_HERE",
    "Username: bob\nPassword: SECRET_HERE\n",
    "Username: bob Password: SECRET_HERE",
    "user bob, pass SECRET_HERE",
    "user: bob pwd: SECRET_HERE",
    "creds: bob:SECRET_HERE",
    "the new password will be SECRET_HERE",
    "Your temporary password: SECRET_HERE (change it soon)",
    "I have reset your password to SECRET_HERE",
    "please try the password \"SECRET_HERE\"",
    "our API key (production) is SECRET_HERE",
    "API key for staging: SECRET_HERE",
    "here is the secret: SECRET_HERE",
    "here's my token: SECRET_HERE",
    "secret token SECRET_HERE",
    "use the following access token: SECRET_HERE",
    "the client secret of the app is SECRET_HERE",
    "bearer token: SECRET_HERE",
    "Authorization header should be Bearer SECRET_HERE",
    "auth token='SECRET_HERE'",
    "private key = SECRET_HERE",
    "encryption key: SECRET_HERE",
    "my password's SECRET_HERE",
    "password → SECRET_HERE",
    "password - SECRET_HERE",
    "**Password:** SECRET_HERE",
    "**Password**: `SECRET_HERE`",
    "| password | SECRET_HERE |",
    "Password:SECRET_HERE",
    "password=SECRET_HERE;",
    "pw: SECRET_HERE",
    "PASS=SECRET_HERE",
    "Das Passwort ist SECRET_HERE",
    "contraseña: SECRET_HERE",
    "пароль: SECRET_HERE",
    "密码：SECRET_HERE",
    "mot de passe : SECRET_HERE",
)


def _numbers(make: Maker) -> Iterator[tuple[Any, ...]]:
    for prefix, size in (("4", 16), ("5425", 16), ("2720", 16), ("37", 15), ("6011", 16),
                         ("3530", 16), ("3056", 14), ("62", 16), ("6759", 16)):  # fmt: skip
        secret = make.card(prefix, size)
        yield {"note": f"pan={secret}"}, secret
        yield f"Visa {secret}.", secret
        yield [int(secret)], secret
    for text in ("Your code is %s. Do not share it.", "%s is your verification code",
                 "enter PIN %s at the door", "passcode: %s", "OTP %s", "2FA code: %s",
                 "security code: %s", "the pin is %s", "one-time password: %s"):  # fmt: skip
        secret = make.digits(6)
        if not text.startswith("Your code"):
            yield text % secret, secret


def _records(make: Maker) -> Iterator[tuple[Any, ...]]:
    secret = make.mixed(20)
    yield {"headers": {"x-api-key": secret, "accept": "*/*"}}, secret
    yield {"headers": [{"name": "Authorization", "value": f"Bearer {secret}"}]}, secret
    yield {"key": "password", "value": secret}, secret
    yield [["password", secret], ["user", "bob"]], secret
    yield (("api_key", secret),), secret
    yield ["--user", "bob", "--token", secret], secret
    yield ["sh", "-c", f"export API_KEY={secret}; run"], secret
    yield {"cmd": f"mysql -uroot -p{secret} -e 'select 1'"}, secret
    yield {"user": {"profile": {"security": {"pin": secret}}}}, secret
    yield {"config": json.dumps({"db": {"password": secret}})}, secret
    yield {"config": json.dumps({"inner": json.dumps({"password": secret})})}, secret
    yield {"body": f"grant_type=password&username=bob&password={secret}"}, secret
    yield {"body": f"client_id=x&client_secret={secret}"}, secret
    yield bytearray(f"token: {secret}".encode()), secret
    yield f"password={secret}".encode("utf-16-le"), secret
    yield RuntimeError("failed", {"password": secret}), secret
    yield ConnectionError(f"cannot reach redis://:{secret}@cache:6379"), secret
    yield {secret: 1, "password": secret}, None if False else secret


def _ordinary(make: Maker) -> Iterator[Any]:
    for _ in range(5):
        yield f"01{make.upper(24)}"  # ULID
        yield make.of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", 27)
        yield make.hexes(24)  # ObjectId
        yield make.digits(19)  # snowflake
        yield "978" + make.digits(10)
        yield "40" + make.digits(11)
        yield "1Z" + make.upper(6) + make.digits(10)
        yield ":".join(make.hexes(2) for _ in range(6))
        yield ":".join(make.hexes(4) for _ in range(8))
        yield f"web-{make.hexes(9)}-x2x8z"
        yield f"v1.4.{make.digits(2)}-{make.digits(2)}-g{make.hexes(7)}"
        yield f"inv_{make.digits(8)}"
        yield f"pi_{make.mixed(24)}"
        yield f"price_{make.mixed(24)}"
        yield f"U{make.upper(10)}"
        yield f"req_{make.mixed(20)}"
        yield f"chatcmpl-{make.mixed(29)}"
        yield f"gpt-4o-2024-08-{make.digits(2)}"
        yield f"i-0{make.hexes(16)}"
        yield f"vpc-{make.hexes(17)}"
        yield f"data:image/png;base64,{make.b64(90)}"
        yield f"W/\"{make.hexes(32)}\""
        yield f"md5 {make.hexes(32)}  file.iso"
        yield f"git show {make.hexes(7)}"
        yield f"#{make.hexes(6)}"
        yield f"2026-0{make.random.randint(1, 9)}-11T10:{make.digits(2)}:00.{make.digits(6)}Z"
        yield f"0.{make.digits(16)}"
        yield f"{make.digits(5)}.{make.digits(16)}"
        yield f"invoice INV-2026-{make.digits(6)} for {make.digits(4)}.00 EUR"
        yield f"tracking {make.digits(12)}"
        yield f"https://github.com/org/repo/commit/{make.hexes(40)}"
        yield f"https://example.com/orders/{make.uuid()}/items?offset={make.digits(2)}"
        yield f"ssh-rsa {make.b64(279)} bob@host"
        yield f"SHA256:{make.b64(32).rstrip('=')}"
        yield f"pk_live_{make.mixed(24)}"
        yield f"{make.digits(12)}-{make.lower(32)}.apps.googleusercontent.com"
        yield make.pem("CERTIFICATE")
        yield make.pem("PUBLIC KEY")
    yield from _TEXTS


_TEXTS = (
    "Forgot your password? Click here to reset it.",
    "Password must contain at least one digit",
    "password: must be at least 8 characters",
    "Your password will expire in 14 days",
    "Passwords do not match",
    "incorrect password for user bob",
    "The password field is required.",
    "password (optional)",
    "password?: string;",
    "password: z.string().min(8)",
    "password: { type: String, required: true }",
    '{"type": "object", "required": ["password"]}',
    "def login(user: str, password: str) -> None:",
    "if password != confirm_password:",
    "password = input('Password: ')",
    "password = getpass.getpass()",
    "self.password = password",
    "token = self._get_token()",
    "token = jwt.encode(payload)",
    "api_key=os.getenv('API_KEY')",
    "apiKey: process.env.API_KEY",
    "secret: ${{ secrets.DEPLOY_KEY }}",
    "password: {{ vault_db_password }}",
    "password: !vault |",
    "api_key: <your-api-key>",
    "export API_KEY=$API_KEY",
    "Authorization: Bearer <token>",
    "Authorization: Bearer $TOKEN",
    "curl -H \"Authorization: Bearer $TOKEN\" https://x",
    "curl -u $USER:$PASS https://x",
    "https://user:${PASSWORD}@host/x",
    "the token bucket algorithm limits the rate",
    "We tokenize text into tokens; the tokenizer emits 3 tokens.",
    "prompt_tokens=12 completion_tokens=40 total_tokens=52",
    "usage: 1200 tokens, 3 requests",
    "The bearer of this letter is Bob",
    "He gave a basic description of the problem",
    "basic authentication and digest authentication",
    "It is no secret that the team is small",
    "the secret ingredient is love",
    "top secret documents",
    "a secret ballot was held",
    "Secretary of State",
    "the key takeaway is simplicity",
    "The key to success is practice",
    "press any key to continue",
    "key: value",
    "keys: id, name",
    "primary key (id)",
    "PRIMARY KEY (user_id, order_id)",
    "foreign key constraint fails",
    "public key infrastructure",
    "cookies are used to improve the experience",
    "I baked a cookie: it was good",
    "we accept credit cards",
    "session: started",
    "session expired, please sign in again",
    "pass: 12, fail: 3",
    "pass the test",
    "passes: 3",
    "boarding pass for flight LH123",
    "PIN required",
    "pinned by Bob",
    "otp: enabled",
    "credentials: include",
    "credentials are stored in the vault",
    "withCredentials: true",
    "auth: oauth2",
    "author=Jane&year=2020",
    "authority: https://login.example.com",
    "access denied",
    "access: read-only",
    "signature: J. Doe",
    "sig figs: 3",
    "code: 404",
    "error code 0x80070005",
    "status: 200, code: OK",
    "zip code 94103",
    "coupon code SUMMER20",
    "see ticket JIRA-1234",
    "hash: sha256",
    "salt: a pinch",
    "nonce: 7",
    "seed: 42",
    "license: MIT",
    "License: Apache-2.0",
    "the passport office opens at nine",
    "compass: north",
    "monkey: see, monkey: do",
    "keyboard: de-latin1",
    "http://localhost:3000/login?next=/home",
    "https://example.com/password/reset",
    "https://example.com/auth/token",
    "https://example.com/search?q=password+manager",
    "https://example.com/?page_token=3&sort=name",
    "mailto:bob@example.com",
    "contact bob@example.com or +1 415 555 0100",
    "ratio 3:4@2x",
    "12:30:45 worker: done",
    "src/auth/token.py:12:5: error: Name is not defined",
    "from passlib.hash import bcrypt",
    "import secrets; secrets.token_hex(16)",
    "pip install keyring==25.0",
    "kubectl get secrets -n prod",
    "vault kv get secret/app",
    "aws secretsmanager get-secret-value --secret-id prod/db",
    "docker login ghcr.io",
    "mysql -u root -p",
    "ssh -p 2222 bob@host",
    "tar -xzf a.tgz -C /srv",
    "grep -p pattern file",
    "cp -p a b && mkdir -p /srv/x",
    "git log --author=Jane",
    "--password-file /run/secrets/db",
    "--no-password",
    "--key-type rsa --key-size 4096",
    "token_type=bearer&expires_in=3600",
    "grant_type=authorization_code",
    "response_type=token",
    "SELECT token_count, author FROM usage",
    "CREATE TABLE users (password VARCHAR(255) NOT NULL)",
    "x = {'monkey': 1, 'token_count': 2}",
    "Lorem ipsum dolor sit amet",
    "Das Passwort ist erforderlich",
    "El veloz murciélago hindú comía feliz cardillo",
    "速い茶色の狐",
    "The quick brown fox jumps over 13 lazy dogs.",
    "Refund 1500.00 to user_2 because parcel 00340434161094015902 was lost",
    "Room 101, Building 7, 221B Baker Street",
    "flight LH400 on 2026-03-04, seat 12A",
    "SKU-AB12-CD34-EF56",
    "MAC 00:1B:44:11:3A:B7, serial C02XK0ZZJGH5",
    "IMEI 490154203237518",
    "order 114-1234567-1234567",
    "case 5003000000D8cuIAAR",
    "account 12345678, sort 20-00-00",
    "model claude-sonnet-4, temperature 0.7",
    "WARN retrying in 30s (attempt 2/5)",
    "Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\nValueError: bad",
)

_FAMILIES: dict[str, Callable[[Maker], Iterator[Any]]] = {
    "names": _secret_names,
    "plain names": _plain_names,
    "tokens": _tokens,
    "files, code, prose": _files,
    "numbers": _numbers,
    "records": _records,
    "ordinary texts and ids": _ordinary,
}
