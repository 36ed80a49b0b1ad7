"""Names for the labelled corpora: those of secrets, and those that only sound like them."""

from __future__ import annotations

__all__ = ["MORE_PLAIN_NAMES", "MORE_SECRET_NAMES", "PLAIN_NAMES", "SECRET_NAMES", "listed"]


def listed(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


SECRET_NAMES = listed(
    """
    db_password user_password password passwd pwd api_key secret_key client_secret access_token
    refresh_token auth_token session_token private_key signing_key encryption_key webhook_secret
    secret_access_key credentials passphrase pin_code otp_code cvv ssn session_cookie
    bearer_token id_token bot_token csrf_token app_secret consumer_secret master_key license_key
    card_number security_code seed_phrase recovery_code jwt totp_secret admin_pass smtp_pass
    account_key x_api_key x_auth_token proxy_authorization set_cookie github_pat stripe_key
    token_value password_hash new_password password_confirmation vault_token deploy_key
    service_account_key
    """
)
PLAIN_NAMES = listed(
    """
    author token_count monkey max_tokens keyboard primary_key tokens_used secretary passenger
    compass passport_number authority auth_method authorized pinned opinion shipping hash
    commit_sha checksum user_id request_id trace_id order_id key_id bypass pass_rate card_type
    last_four discard credit keypad hotkey turkey api_version secret_name token_limit token_type
    token_url tokenizer password_policy password_length password_changed_at cookie_consent
    public_key sort_key cache_key idempotency_key foreign_key keyword prompt_tokens
    completion_tokens next_page_token status_code country_code zip_code exit_code passing
    authentic coauthor email amount username key_name business_card pinterest option adoption
    credit_limit session_count object_key issue_key pass_count boarding_pass gpio_pin
    password_strength secrets_manager token_bucket otp_enabled auth_provider iban account_number
    routing_number card_brand expires_at key_count description monkeys design
    """
)
MORE_SECRET_NAMES = listed(
    """
    HTTP_AUTHORIZATION X-Forwarded-Authorization mysqlPassword rootPassword sudo_password
    ansible_become_pass ansible_ssh_pass wifi_password wpaPsk preshared_key adminPasswd userPwd
    loginPassword passWord pass_phrase keystorePass keyStorePassword ssl_key_password
    sslkeypassword jdbc.password spring.security.user.password SECRET_KEY_BASE RAILS_MASTER_KEY
    DJANGO_SECRET_KEY FLASK_SECRET_KEY APP_KEY JWT_SECRET JWT_SIGNING_KEY NEXTAUTH_SECRET
    SESSION_SECRET COOKIE_SECRET STRIPE_SECRET_KEY STRIPE_WEBHOOK_SECRET SENDGRID_API_KEY
    TWILIO_AUTH_TOKEN SLACK_SIGNING_SECRET GITHUB_TOKEN GH_TOKEN GITLAB_TOKEN NPM_TOKEN
    PYPI_TOKEN DOCKER_PASSWORD DOCKERHUB_TOKEN AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
    AZURE_CLIENT_SECRET AZURE_STORAGE_KEY GOOGLE_API_KEY GCP_PRIVATE_KEY CLOUDFLARE_API_TOKEN
    DATADOG_API_KEY DD_APP_KEY SENTRY_AUTH_TOKEN OPENAI_API_KEY ANTHROPIC_API_KEY HF_TOKEN
    COHERE_API_KEY PINECONE_API_KEY PGPASSWORD MYSQL_ROOT_PASSWORD POSTGRES_PASSWORD
    REDIS_PASSWORD MONGO_INITDB_ROOT_PASSWORD RABBITMQ_DEFAULT_PASS SMTP_PASSWORD MAIL_PASSWORD
    EMAIL_HOST_PASSWORD FTP_PASSWORD SSH_PRIVATE_KEY SSH_KEY_PASSPHRASE GPG_PASSPHRASE
    VAULT_TOKEN CONSUL_HTTP_TOKEN NOMAD_TOKEN K8S_TOKEN KUBE_TOKEN serviceAccountToken
    oauth_client_secret oauthToken oauth_token_secret accessTokenSecret consumer_key_secret
    refreshToken idToken userToken apiToken api_token ApiSecret apisecret appsecret app_token
    botToken webhookToken webhook_signing_key signatureSecret hmacSecret hmac_key encryptionKey
    encryption-key aesKey aes_key rsaPrivateKey privateKeyPem private-key-pem decryption_key
    masterPassword master_password unlock_code pinNumber pin user_pin cardPin cvc cvv2 card_cvv
    cardNumber creditCardNumber cc_number socialSecurityNumber social_security_number ssn
    oneTimePassword one_time_password otpCode mfaCode mfa_token totpSeed totp_secret backupCodes
    recovery_codes recoveryPhrase mnemonic seedPhrase walletPrivateKey wallet_seed
    securityAnswer secret_answer authCode authorization_code device_code magic_link reset_token
    passwordResetToken email_verification_token inviteToken csrfmiddlewaretoken X-CSRFToken
    xsrf_token _csrf_token sessionCookie session_key sessionSecret cookies auth_cookie
    remember_token rememberToken licenseKey activation_key deploy_key deployKey
    tailscale_authkey sas_token sharedAccessKey SharedAccessKey AccountKey storageAccountKey
    primary_access_key subscriptionKey Ocp-Apim-Subscription-Key x-functions-key x-rapidapi-key
    X-Auth-Key X-Shopify-Access-Token X-GitLab-Token PRIVATE-TOKEN JOB-TOKEN
    X-Amz-Security-Token x-goog-api-key api-key apikey APIKEY db_pass DB_PASS dbPass smtpPass
    imap_pass proxyPassword proxy_pass truststorePassword p12Password certificate_password
    zip_password pdfPassword encryption_passphrase credential userCredentials
    service_credentials creds db_creds kerberos_keytab passcode passkey door_code access_code
    gate_code alarm_code safe_code_pin wifi_passphrase snmp_auth_password bind_password
    ldapBindPassword motDePasse contraseña пароль senha password_digest hashed_password
    encrypted_password old_password currentPassword new_password2 confirmPassword
    password_repeat secret secrets token tokens tok_secret
    """
)
MORE_PLAIN_NAMES = listed(
    """
    authors author_id author_email authority_url authentic_ratio authentication_backend
    auth_backend auth_enabled authorized_at is_authenticated authorship tokenized
    tokenizer_config tokenization token_estimate estimated_tokens tokens_per_minute tokens_total
    token_window context_tokens cached_tokens reasoning_tokens total_token_count maxTokens
    max_output_tokens numTokens min_tokens token_ids stop_token eos_token pad_token_id
    token_type_ids page_token nextPageToken continuationToken syncToken keyboards
    keyboard_layout keyframe keyframes keynote keystone keystroke keyspace keypress keyCode
    keyup monkeypatch donkey whiskey jockey hockey turkey_day keychain_name public_key publicKey
    ssh_public_key public_key_pem primary_key primaryKey partitionKey sortKey cacheKey
    routing_key groupKey hash_key range_key index_key foreignKey composite_key unique_key
    object_key s3_key row_key map_key idempotencyKey dedup_key translation_key keys_count
    key_type key_size key_length key_usage key_version key_name key_id keyId kms_key_id
    kms_key_arn api_key_id apiKeyName secretName secret_name secretArn secret_version secret_ref
    secretsmanager_arn secretary secretariat passenger_name passengers passport passportNumber
    passive compass_heading passthrough bypass_cache bypassed underpass pass_threshold pass_at_k
    tests_passed test_pass_rate passing_score boarding_pass hall_pass first_pass pinterest_url
    pineapple spinner opinion pinned pinned_messages pin_to_top ping ping_interval
    shipping_address mapping option_pins password_policy password_min_length passwordMaxAge
    passwordExpiresAt password_last_changed password_strength passwordRequired
    password_reset_required has_password password_attempts cookie_policy cookie_domain
    cookieConsent cookie_banner_text sessionTimeout session_ttl session_duration_ms
    sessions_count credit credits creditor accredited credit_score credit_limit card_brand
    cardType card_last4 cardholder_name card_expiry_month scorecard cardinality discarded hash
    hashes file_hash content_hash sha256 md5 checksum fingerprint commit commit_id commit_hash
    tree_sha base_sha head_sha etag digest integrity revision build_id build_number image_digest
    request_id requestId trace_id traceparent span_id correlation_id order_id orderNumber
    invoice_number tracking_number customer_id user_id userId account_id account_number
    routing_number iban bic swift vat_id tax_rate phone phone_number postcode zip_code
    country_code currency_code language_code status_code error_code exit_code return_code
    area_code color_code barcode code_snippet codebase source_code product_code promo_code
    qr_code_size title body message subject description comment reason amount price total
    quantity latitude longitude altitude url uri path filename file_path mime_type content_type
    encoding charset locale timezone created_at updated_at deleted_at expires_at version
    schema_version api_version namespace cluster region zone host hostname port protocol
    otp_enabled otp_length mfa_required two_factor_enabled oauth_provider oauth_scopes
    grant_type response_type redirect_uri client_id client_name application_id tenant_id issuer
    audience scope algorithm signature_algorithm signature_method signed_at sign_up_date design
    designation assignee assigned_to insight sightings significance csrf_enabled jwt_algorithm
    jwt_expiry license_type license_plate licensed_users ticket_id ticket_number access_level
    accessibility accessed_at access_log accessory success successor process concession recess
    private_repo is_private privacy
    """
)
