#include "tests/support/process/certificate_authority.h"

#include <gtest/gtest.h>

#include <ctime>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/process/files.h"
#include "tests/support/process/subprocess.h"

namespace dino::testing {
namespace {

void RunOpenssl(std::vector<std::string> arguments, Where where) {
  arguments.insert(arguments.begin(), "openssl");
  Subprocess openssl(arguments);
  if (openssl.Wait(kPatience, where) == 0) return;
  std::string output;
  for (const auto& line : openssl.RemainingLines(Subprocess::Output::kStderr)) {
    output += line + "\n";
  }
  ADD_FAILURE_AT(where.file, where.line) << "openssl " << arguments[1] << " fails:\n" << output;
}

// Generates a key and, with `more`, a request or a certificate for it.
void MakeKey(const std::string& key, const std::string& subject,
             const std::vector<std::string>& more, Where where) {
  std::vector<std::string> arguments = {
      "req",    "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
      "-nodes", "-keyout", key,  "-subj",    "/CN=" + subject};
  arguments.insert(arguments.end(), more.begin(), more.end());
  RunOpenssl(std::move(arguments), where);
}

// The time that many days from now, as `openssl ca` reads it.
std::string InDays(int days) {
  const std::time_t time = std::time(nullptr) + std::time_t{days} * 24 * 60 * 60;
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &utc)};
}

}  // namespace

CertificateAuthority::CertificateAuthority(const std::string& name, Where where) {
  MakeKey(directory() / "ca.key", name, {"-x509", "-days", "2", "-out", certificate()}, where);
}

CertificateAuthority::CertificateAuthority(const std::string& name, CertificateAuthority& parent,
                                           Where where) {
  const std::string request = directory() / "ca.csr";
  MakeKey(directory() / "ca.key", name,
          {"-addext", "basicConstraints=critical,CA:TRUE", "-out", request}, where);
  parent.Sign(request, 1, certificate(), where);
}

CertificateFiles CertificateAuthority::Issue(const std::string& name, Validity validity,
                                             Where where) {
  const std::string stem = directory() / ("issued" + std::to_string(issued_++));
  CertificateFiles files = {stem + ".pem", stem + ".key"};
  MakeKey(files.key, "test", {"-addext", "subjectAltName=" + name, "-out", stem + ".csr"}, where);
  Sign(stem + ".csr", validity == Validity::kToday ? 1 : -1, files.certificate, where);
  return files;
}

CertificateFiles CertificateAuthority::IssueWithChain(const std::string& name, Where where) {
  CertificateFiles files = Issue(name, Validity::kToday, where);
  std::ofstream(files.certificate, std::ios::app) << ContentOf(certificate());
  return files;
}

void CertificateAuthority::Sign(const std::string& request, int last_day,
                                const std::string& certificate, Where where) {
  // Not with `openssl x509`, which refuses to issue expired certificates in OpenSSL 3.5.
  Administer({"-batch", "-notext", "-in", request, "-outdir", directory(), "-startdate",
              InDays(last_day - 1), "-enddate", InDays(last_day), "-out", certificate},
             where);
}

void CertificateAuthority::Administer(const std::vector<std::string>& arguments, Where where) {
  const std::string configuration = directory() / "ca.cnf";
  const std::string database = directory() / "issued.txt";
  std::ofstream(database, std::ios::app).flush();
  std::ofstream(configuration) << "[ca]\ndefault_ca = it\n[it]\ndefault_md = sha256\n"
                               << "unique_subject = no\nrand_serial = yes\n"
                                  "copy_extensions = copyall\npolicy = names\n"
                               << "database = " << database << "\n[names]\ncommonName = supplied\n";
  std::vector<std::string> all = {"ca",          "-config",  configuration,         "-cert",
                                  certificate(), "-keyfile", directory() / "ca.key"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  RunOpenssl(std::move(all), where);
}

void CertificateAuthority::Revoke(const CertificateFiles& files, Where where) {
  Administer({"-revoke", files.certificate}, where);
}

void CertificateAuthority::Revoke(const CertificateAuthority& intermediate, Where where) {
  Administer({"-revoke", intermediate.certificate()}, where);
}

std::string CertificateAuthority::RevocationList(Validity validity, Where where) {
  std::string path = directory() / ("revoked" + std::to_string(lists_++) + ".pem");
  const int last_day = validity == Validity::kToday ? 1 : -1;
  Administer({"-gencrl", "-crl_lastupdate", InDays(last_day - 1), "-crl_nextupdate",
              InDays(last_day), "-out", path},
             where);
  return path;
}

}  // namespace dino::testing
