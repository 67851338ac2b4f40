#include "server/app/setting_table.h"

namespace dino::app {
namespace {

constexpr char kReadableFile[] = "the path of a readable file; empty: none";

}  // namespace

std::vector<Setting> ListenerSettings() {
  return {
      {"grpc-address", "127.0.0.1:50051",
       "The address to listen on for gRPC calls. An address that other machines can reach needs "
       "auth-keys-file, tls-client-ca-file, caller-from-header or allow-anonymous.",
       ListenAddress(&Settings::grpc_address)},
      {"ops-address", "127.0.0.1:8080",
       "The address to listen on for operators, over HTTP: /metrics, /livez, /readyz, and a "
       "status page at /. It has no access control. Empty: disabled.",
       ListenAddressOrNone(&Settings::ops_address)},
      {"allow-anonymous", "false",
       "Whether to listen where other machines can reach it without authenticating callers, "
       "because something else, such as a service mesh, does.",
       TrueOrFalse(&Settings::allow_anonymous)},
      {"grpc-reflection", "true",
       "Whether callers may ask which methods there are (gRPC server reflection). Where callers "
       "are authenticated, only they may.",
       TrueOrFalse(&Settings::grpc_reflection)},
      {"auth-keys-file", "",
       "The callers, as JSON: their names, the SHA-256 of their API keys, the names in their "
       "client certificates, what they may call and how much. If set, only they may call. Reread "
       "when it changes; an invalid file is then ignored.",
       Text(&Settings::auth_keys_file, kReadableFile)},
      {"tls-cert-file", "",
       "The server's certificate with its chain, in PEM format. If set, calls are accepted only "
       "over TLS 1.2 or newer. Needs tls-key-file. This file and the three below are reread when "
       "they change, for new connections; of the first three, files that are invalid or do not "
       "match are then ignored.",
       Text(&Settings::tls_cert_file, kReadableFile)},
      {"tls-key-file", "", "The key of tls-cert-file, in PEM format without a passphrase.",
       Text(&Settings::tls_key_file, kReadableFile)},
      {"tls-client-ca-file", "",
       "The authorities that must have signed callers' certificates, in PEM format. If set, "
       "callers without such a certificate are refused. Needs tls-cert-file.",
       Text(&Settings::tls_client_ca_file, kReadableFile)},
      {"tls-client-crl-file", "",
       "What the authorities in tls-client-ca-file, and those between them and the callers, have "
       "revoked: X.509 revocation lists in PEM format, at most 1 MiB. Every certificate of a "
       "caller's chain is checked, on open connections too. While the file cannot be read, no "
       "client certificate is accepted. An expired list still counts.",
       Text(&Settings::tls_client_crl_file, kReadableFile)},
      {"trusted-proxies", "",
       "The proxies in front of the server, as IP addresses and networks separated by commas, such "
       "as 10.0.0.0/8,::1. Of calls that come from them the last address in the metadata "
       "x-forwarded-for is believed to be the caller's, and caller-from-header.",
       AddressesAndNetworks(&Settings::trusted_proxies)},
      {"caller-from-header", "",
       "The metadata in which trusted-proxies forward the client certificate of their caller, "
       "which then counts instead of the connection's: x-forwarded-client-cert as Envoy writes it, "
       "or any other key with the certificate as base64 of DER (RFC 9440) or as percent-encoded "
       "PEM. From others it is ignored. If set, callers need a certificate or an API key. Needs "
       "trusted-proxies.",
       MetadataKeyOrNone(&Settings::caller_from_header)},
  };
}

}  // namespace dino::app
