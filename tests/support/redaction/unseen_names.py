"""More names: those of secrets, and those that only sound like them."""

from __future__ import annotations

from .names import listed

__all__ = ["UNSEEN_PLAIN_NAMES", "UNSEEN_SECRET_NAMES"]


UNSEEN_SECRET_NAMES = listed(
    """
    apitoken userpassword clientsecretkey awssecretaccesskey stripeapikey dbpass mysqlpwd
    authtokenvalue accesskeysecret secretaccesskey AccessKeySecret AccessKeyId_Secret
    slackbottoken githubpat gitlabPat GH_PAT azure_pat personalAccessToken personal_access_token
    machine_token service_token serviceToken workload_token federatedToken sts_token
    session-token SessionToken x-amz-security-token x-csrf-token XSRF-TOKEN X-XSRF-TOKEN
    anti_forgery_token __RequestVerificationToken authenticity_token csrfToken nonce_secret
    APP_SECRET appSecretKey app_secret_key app-key AppKey application_key consumer_key
    consumerSecret oauth_consumer_secret oauth_verifier oauth2_client_secret client_assertion
    id_token_hint_secret code_verifier device_secret deviceToken pushToken push_token
    fcm_server_key apns_auth_key Authorization authorization_header AuthorizationHeader
    http_authorization x-authorization proxy-authorization bearer bearerAuth basic_auth_password
    basicAuthPassword HTTP_BASIC_PASSWORD htpasswd kerberos_password krb5_password dbPwd db_pwd
    DBPASS DB_PASSWD databasePassword database_passwd sqlPassword sql_pwd pg_password PG_PASS
    MYSQL_PWD MYSQL_PASS mongo_pass mongoPassword redis_pass REDISPASS redis_auth_token
    rabbit_password amqp_password kafka_password sasl_password saslPassword elastic_password
    es_password neo4j_password influx_token influxdb_token clickhouse_password
    snowflake_password oracle_password sa_password SA_PASSWORD MSSQL_SA_PASSWORD mail_password
    smtp_pwd email_password emailPassword imap_password pop3_password sendgrid_key mailgun_key
    mandrill_key twilio_token twilioAuthToken twilio_secret nexmo_secret plivo_auth_token
    root_password rootPwd sudo_pass su_password becomePassword ansible_password winrm_password
    domain_password ad_password ldap_password ldapPwd bindPassword bind_dn_password vpn_password
    wifi_key wifiPassword wpa2_key wlan_password router_password snmp_community_password
    ipmi_password bmc_password idrac_password vnc_password rdp_password ssh_password ssh_pass
    sshPassphrase key_passphrase keyPassphrase pem_passphrase cert_password certPassword
    pfx_password pkcs12_password jks_password keystore_pass storePassword keyPassword
    signingSecret signing_secret hmacKey hmac_secret_key hash_secret cookie_secret cookieKey
    session_secret session_encryption_key jwt_private_key jwtKey jwt_signing_secret token_secret
    tokenSecret refreshTokenSecret encryption_password encryptionSecret crypto_key cryptoKey
    aes_256_key des_key rsa_private_key ec_private_key ed25519_private_key privkey private_pem
    privatekeypem ssh_priv_key secretKeyBase secret_key_base fernet_key FERNET_KEY
    vault_unseal_key unseal_key root_token rootToken master_secret masterSecret pepper_secret
    payment_token cardnumber card_no cardNo cc_num ccNumber creditcard credit_card creditCard
    debitCardNumber pan_number cvv_code cardCvc cvc_code card_security_code card_pin atm_pin
    PINCode userPin phone_pin sim_pin puk puk_code tan_code otpSecret otp_seed otp_token
    totp_key totpCode smsCode sms_code sms_otp verification_code verificationCode confirm_code
    2fa_code twoFactorCode mfaToken backupCode recoveryKey recovery_key secret_question_answer
    security_answer challenge_answer magicToken magic_token invite_token invitationToken
    activation_token confirmationToken confirmation_token unlock_token remember_me_token
    reset_password_token passwordResetKey SSN social_security taxpayer_ssn wallet_private_key
    walletMnemonic seed_words seedWords mnemonic_phrase recovery_words keystore_json_password
    coin_api_secret binance_api_secret exchange_secret trading_password npm_auth_token
    _authToken npmAuthToken pypi_api_token cargo_registry_token nuget_api_key gem_api_key
    docker_pass dockerPassword registry_password registryToken helm_password kubeconfig_token
    k8s_token cluster_token join_token joinToken bootstrap_token discovery_token consul_token
    nomad_token terraform_token tf_token TFE_TOKEN pulumi_access_token circle_token travis_token
    jenkins_token jenkinsPassword sonar_token codecov_token snyk_token sentry_dsn_secret
    newrelic_license_key new_relic_key datadog_app_key honeycomb_key grafana_token
    pagerduty_token opsgenie_key openaiKey openai_key anthropic_key claudeApiKey gemini_api_key
    mistral_key cohere_key hf_token huggingface_token replicate_token pinecone_key
    weaviate_api_key qdrant_api_key langchain_api_key wandb_api_key elevenlabs_key
    deepl_auth_key maps_api_key googleMapsKey google_client_secret firebase_key
    firebase_private_key gcp_sa_key service_account_private_key azure_client_secret
    azureStorageKey storage_account_key storage_access_key cosmos_key cosmosPrimaryKey
    eventhub_key servicebus_key iothub_key function_key functions_key host_master_key s3_secret
    s3SecretKey s3_secret_key minio_secret_key spaces_secret r2_secret_access_key
    cloudflare_api_key cf_token digitalocean_token do_token linode_token hetzner_token vultr_key
    heroku_api_key netlify_token vercel_token fly_api_token pass dbPassword DB_PASSWORD
    DbPassword db-password db.password userPass mysql_root_password REDISCLI_AUTH clientSecret
    CLIENT_SECRET ClientSecret shared_secret jwt_secret JWT_SECRET_KEY cookieSecret SECRET_KEY
    django_secret_key apiKey ApiKey X-Api-Key openai_api_key stripeApiKey DD_API_KEY access_key
    accessKey aws_secret_access_key secretAccessKey aws_session_token accessToken authToken
    AuthToken bearerToken slack_bot_token xsrf-token X-Auth-Token X-Vault-Token privateKey
    PRIVATE_KEY ssh_private_key masterKey authorization Proxy-Authorization auth_header cookie
    Cookie Set-Cookie PHPSESSID JSESSIONID sid_token pinCode otp totpSecret mfa_code mfaSecret
    recoveryCodes backup_codes securityCode passwort kennwort contrasena mot_de_passe wachtwoord
    parola hasło haslo
    密码 パスワード 비밀번호 geheimnis clave_secreta lösenord salasana smtp_password
    ftp_pass ldap_bind_password bind_pw keystore_password root_pw wpa_psk psk pre_shared_key
    admin_pwd oldPassword passwd2 password1 user.password secretToken deploy_token
    gpg_passphrase keychain_password pypi_password twine_password docker_password
    DOCKER_AUTH_CONFIG sentry_auth_token webhook_signing_secret tls_key ssl_key private_key_pem
    service_account_json database_password rds_master_password encryption-passphrase
    """
)
UNSEEN_PLAIN_NAMES = listed(
    """
    tokenizermodel keyboardlayout passwordlesslogin token_vocab tokens_remaining token_price
    token_symbol token_name token_decimals tokenomics token_balance token_supply nft_token_id
    erc20_token token_standard token_pair tokens_in tokens_out token_probs token_logprobs
    special_token_ids unk_token_id token_embeddings token_offsets token_spans tokens_per_chunk
    chunk_tokens overlap_tokens reserve_tokens truncate_tokens tokens_saved password_rules
    password_requirements password_expiry_days password_history_count password_reset_at
    password_reset_url password_changed password_set password_login_enabled
    password_authentication password_input password_field_id password_error password_label
    password_confirmed passwords_match wrong_password_count forgot_password_link show_password
    is_password_valid requires_password password_score password_manager secret_count
    secret_names secret_path secret_id secret_arn secret_manager_region secret_type
    secret_engine secret_labels num_secrets has_secrets secret_scanning secret_rotation_enabled
    api_key_name api_key_count api_keys_enabled api_key_created_at api_key_expires api_key_owner
    api_key_prefix api_key_status key_alias key_algorithm key_bits key_curve key_format
    key_purpose key_ring key_state key_vault_name keyvault_url key_value_store key_person
    key_date key_points key_results key_metric key_feature keyed keys_pressed key_events
    key_bindings key_down key_signature primary_keys key_columns key_field key_attributes
    lookup_key join_key distribution_key dist_key clustering_key natural_key surrogate_key
    business_key alternate_key search_key filter_key group_key merge_key message_key record_key
    event_key metric_key config_key settings_key locale_key label_key tag_key header_key
    dict_key json_key first_key last_key next_key prev_key parent_key node_key tree_key
    hash_key_name cache_keys auth_url auth_endpoint auth_domain auth_state auth_status auth_flow
    auth_scopes auth_timeout auth_retries auth_error auth_source auth_realm oauth_app
    oauth_redirect_url oauth_state_enabled authored_by author_name authority_id
    authorization_endpoint authorization_type authorizer authorized_users authorized_keys_path
    authentication_type session_name session_length session_start session_type session_date
    session_speaker session_notes sessions session_language cookie_name cookie_path
    cookie_max_age cookie_same_site cookies_accepted cookie_count cookie_jar_path credential_id
    credential_name credential_type credential_provider credential_status credentials_path
    credentials_file credentials_expiry pin_color pin_location pin_layout pins_count pinned_at
    pinned_by pin_message pinboard_id map_pin_icon rx_pin cs_pin pin_number_of_layers
    passes_completed pass_mark pass_fail pass_type pass_percentage passes passing_yards
    pass_attempts passport_expiry passport_issuing_country passenger_count passage_text
    passcode_enabled passkey_supported card_holder card_id card_title card_color card_network
    card_country card_expiry card_layout card_game cards_dealt credit_card_type
    credit_card_brand scorecard_url dashboard_cards signature_image signature_date
    signature_block signature_status email_signature function_signature method_signature
    sig_digits signing_date signing_location signer_name signed sign_in_url sign_up_source
    significant certificate_arn certificate_expiry cert_fingerprint public_key_id publickey
    pubkey pub_key ssh_public_keys gpg_public_key public_token_name site_key recaptcha_site_key
    publishable_key stripe_publishable_key license_number_plate license_name license_url
    license_count licensee seed_value random_seed seed_round seed_data seed_list tree_seed
    salt_level salt_content hash_rate hash_table hashtag hash_function hash_algorithm
    nonce_length iv_length ticket_price ticket_count ticket_status invite_count invite_message
    code_review code_style code_length code_language coupon_code discount_code referral_code
    airport_code iata_code iso_code hs_code sku_code dial_code postal_code plus_code error_codes
    status_codes response_code http_code reason_code department_code cost_code unit_code
    class_code course_code room_code_name qr_code_url source_code_url code_coverage code_owner
    monkey_patch donkeys jockeys turkeys whiskeys keynotes keyhole_size keystroke_delay hotkeys
    monkeypox bespoke tokyo_office tokenless secretarial compassion encompass surpassed
    trespassing embassy bassoon classpath bypass_reason overpass_id passive_mode
    passthrough_mode tokenizer_name total_tokens partition_key is_secret passport_country passed
    surpass key keys keywords token_endpoint passwordExpired password_last_set auth_type
    authorization_url session_timeout cookies_enabled key_path key_file ssh_key_path pinning
    shipping_pin_color last4 postcard codec code totp_issuer two_factor authentication
    nonce_size salt_rounds signed_by certificate cert_path license private private_network
    accessible account_name account_number_format payment_intent charge invoice channel team
    order_number user login address topic queue table column collection tokens_per_second
    num_tokens pad_token bos_token unk_token mask_token special_tokens first_token_latency
    next_page_token_present api_url api_name apikey_header auth_header_name env_var env_name
    password_field password_selector secret_santa key_takeaways key_prefix key_schema
    registry_key sortkeys answer_key_page encryption_algorithm encryption encrypted
    hmac_algorithm seed salt pepper cookie_recipe pin_count dashboard_pin_order
    """
)
