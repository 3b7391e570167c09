// SPDX-License-Identifier: Apache-2.0
#include "apiserver/server.h"

#include <cstring>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "apiserver/admission.h"
#include "apiserver/bootstrap.h"
#include "apiserver/caretaker.h"
#include "apiserver/cel_rules.h"
#include "apiserver/client.h"
#include "apiserver/custom_kinds.h"
#include "apiserver/http_front.h"
#include "apiserver/rbac.h"
#include "base/strings.h"
#include "data/yaml.h"
#include "net/certificates.h"
#include "net/server.h"
#include "store/store.h"

namespace puppis::apiserver {

using data::Value;

namespace {

constexpr const char* kTaken = "DataDirectoryTaken";
constexpr const char* kSnapshotPath = "/snapshot";
constexpr int kMostBreaths = 12'000;  // a client that takes nothing for a minute is given up

/// Holds the data directory for one process.
class DirectoryLock {
 public:
  DirectoryLock() = default;
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock() {
    if (file_ >= 0) close(file_);
  }
  Status take(const std::string& directory) {
    std::string path = directory + "/lock";
    file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0) return fail(Error(ErrorCode::Io, "cannot open " + path + ": " + std::strerror(errno)));
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      return fail(Error(ErrorCode::Unavailable,
                        "the data directory " + directory + " is in use by another puppis server")
                      .reason(kTaken));
    }
    return {};
  }

 private:
  int file_ = -1;
};

std::string storeFile(const std::string& dataDirectory) {
  return dataDirectory + "/store.db";
}

struct Secrets {
  net::KeyPair authority;
  net::KeyPair server;
  net::KeyPair admin;
  std::string signingKey;
};

/// Reads a secret of the data directory, or makes and keeps it.
Result<std::string> kept(Files& files, const std::string& path,
                         const std::function<Result<std::string>()>& make) {
  if (!path.empty() && files.exists(path)) return files.read(path);
  TRY(std::string text, make());
  if (!path.empty()) TRY_VOID(files.write(path, text, 0600));
  return text;
}

/// Certificate and key in one PEM text, told apart by where the key begins.
net::KeyPair splitPem(const std::string& text) {
  std::size_t key = text.find("-----BEGIN PRIVATE KEY");
  if (key == std::string::npos) key = text.find("-----BEGIN EC PRIVATE KEY");
  if (key == std::string::npos) key = text.size();
  return {text.substr(0, key), text.substr(key)};
}

Result<Secrets> loadSecrets(const ServerConfig& config, const Server::Parts& parts) {
  Secrets out;
  std::string folder = config.dataDirectory.empty() ? "" : config.dataDirectory + "/pki";
  if (!folder.empty()) TRY_VOID(parts.files.makeDirectories(folder));
  auto path = [&](const char* name) { return folder.empty() ? std::string() : folder + "/" + name; };
  auto joined = [](const Result<net::KeyPair>& pair) -> Result<std::string> {
    if (!pair) return fail(pair.error());
    return pair->certificate + pair->key;
  };
  TRY(std::string ca, kept(parts.files, path("ca.pem"),
                           [&] { return joined(net::makeAuthority("puppis-ca", parts.clock)); }));
  out.authority = splitPem(ca);
  TRY(out.signingKey, kept(parts.files, path("service-account.key"), [] { return net::makeSigningKey(); }));
  // These two are cheap and expire: made at every start.
  net::CertificateRequest server;
  server.commonName = "puppis";
  server.server = true;
  server.dnsNames = {"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
                     "kubernetes.default.svc.cluster.local"};
  server.addresses = {"127.0.0.1", "10.96.0.1"};
  if (config.address != "127.0.0.1" && config.address != "0.0.0.0")
    server.addresses.push_back(config.address);
  TRY(out.server, net::issueCertificate(out.authority, server, parts.clock));
  net::CertificateRequest admin;
  admin.commonName = "puppis-admin";
  admin.organizations = {"system:masters"};
  TRY(out.admin, net::issueCertificate(out.authority, admin, parts.clock));
  return out;
}

class WholeServer final : public Server {
 public:
  WholeServer(ServerConfig config, Parts parts) : config_(std::move(config)), parts_(parts) {}
  ~WholeServer() override { WholeServer::stop(); }

  Status open() {
    if (!config_.dataDirectory.empty()) {
      TRY_VOID(parts_.files.makeDirectories(config_.dataDirectory));
      TRY_VOID(lock_.take(config_.dataDirectory));
      store::SqliteOptions options;
      options.path = storeFile(config_.dataDirectory);
      options.sync = config_.fsync ? store::Sync::Full : store::Sync::Off;
      options.history.events = config_.history;
      auto opened = store::openSqlite(std::move(options));
      if (!opened) return fail(opened.error().context(storeFile(config_.dataDirectory)));
      store_ = std::move(*opened);
    } else {
      store_ = store::openMemory({.events = config_.history});
    }
    TRY_VOID(store_->relax(true));
    TRY(secrets_, loadSecrets(config_, parts_));
    registry_ = std::make_unique<Registry>(builtinKinds(schemas_));
    api_ = std::make_unique<Api>(Api::Parts{*store_, *registry_, parts_.clock, parts_.random, parts_.log});
    addAdmission(*api_);
    authorizer_ = std::make_unique<RbacAuthorizer>(*api_);
    authenticator_ = std::make_unique<Authenticator>(*api_, secrets_.signingKey);
    addReviews(*api_, *authenticator_, *authorizer_);
    addPosters(*api_);
    front_ = std::make_unique<HttpFront>(*api_, *authenticator_, authorizer_.get());
    front_->addPage("/metrics", [this] { return metrics(); });
    front_->addDownload(kSnapshotPath, [this](net::Responder& responder) { return sendSnapshot(responder); });
    customKinds_ = std::make_unique<CustomKinds>(*api_, makeCelRules());
    TRY_VOID(bootstrap(*api_, config_.manifests));
    if (config_.prepare) config_.prepare(*api_);
    caretaker_ = std::make_unique<Caretaker>(*api_, secrets_.authority.certificate);
    if (config_.fill) {
      auto filler = client("puppis-controller");
      TRY_VOID(config_.fill(*filler));
    }
    TRY_VOID(store_->relax(false));
    net::ServerOptions options;
    options.address = config_.address;
    options.port = config_.port;
    options.workers = config_.workers;
    options.tls =
        net::ServerTls{secrets_.server.certificate, secrets_.server.key, secrets_.authority.certificate};
    TRY(net_, net::Server::start(
                  std::move(options),
                  [this](net::ServerRequest request, std::shared_ptr<net::Responder> responder) {
                    ++requests_;
                    front_->handle(std::move(request), std::move(responder));
                  },
                  parts_.log));
    front_->setAddress(config_.address + ":" + std::to_string(net_->port()));
    return {};
  }

  std::uint16_t port() const override { return net_->port(); }

  std::string kubeconfig() const override {
    Value cluster =
        Value::object({{"server", "https://" + config_.address + ":" + std::to_string(port())},
                       {"certificate-authority-data", base64Encode(secrets_.authority.certificate)}});
    Value user = Value::object({{"client-certificate-data", base64Encode(secrets_.admin.certificate)},
                                {"client-key-data", base64Encode(secrets_.admin.key)}});
    Value context = Value::object({{"cluster", "puppis"}, {"user", "puppis-admin"}});
    Value out = Value::object(
        {{"apiVersion", "v1"},
         {"kind", "Config"},
         {"clusters", Value::array({Value::object({{"name", "puppis"}, {"cluster", std::move(cluster)}})})},
         {"users", Value::array({Value::object({{"name", "puppis-admin"}, {"user", std::move(user)}})})},
         {"contexts", Value::array({Value::object({{"name", "puppis"}, {"context", std::move(context)}})})},
         {"current-context", "puppis"}});
    return data::toYaml(out);
  }

  std::unique_ptr<kube::Client> client(std::string agent) override {
    return makeLocalClient(*api_, *front_,
                           {"system:puppis", "", {"system:masters", "system:authenticated"}, {}},
                           std::move(agent));
  }

  Api& api() override { return *api_; }

  void stop() override {
    if (net_) net_->stop();
    caretaker_.reset();
  }

 private:
  /// The store's file, in pieces, no faster than the client takes them.
  Status sendSnapshot(net::Responder& responder) {
    constexpr std::size_t kPiece = 1024 * 1024;
    constexpr auto kBreath = std::chrono::milliseconds(5);
    std::string path = config_.dataDirectory + "/snapshot-" + parts_.random.suffix(8) + ".db";
    TRY_VOID(store_->snapshot(path));
    std::ifstream file(path, std::ios::binary);
    // The name can go at once: the open file keeps the bytes.
    TRY_VOID(parts_.files.remove(path));
    responder.start(200, {{"content-type", "application/octet-stream"}});
    std::string piece(kPiece, '\0');
    while (file.read(piece.data(), static_cast<std::streamsize>(kPiece)), file.gcount() > 0) {
      responder.write(piece.substr(0, static_cast<std::size_t>(file.gcount())));
      for (int tries = 0; responder.waiting() > 4 * kPiece && tries < kMostBreaths; ++tries)
        std::this_thread::sleep_for(kBreath);
    }
    responder.finish();
    return {};
  }

  std::string metrics() {
    std::string out;
    auto gauge = [&](const char* name, const char* help, auto value) {
      out += std::string("# HELP ") + name + " " + help + "\n# TYPE " + name + " gauge\n" + name + " " +
             std::to_string(value) + "\n";
    };
    gauge("puppis_apiserver_watches", "Watches that are open", api_->hub().size());
    gauge("puppis_store_revision", "Newest revision of the store", store_->revision());
    gauge("puppis_store_compacted_revision", "Revisions up to this one are forgotten", store_->compacted());
    gauge("puppis_store_objects", "Objects in the store", store_->count("/", store::prefixEnd("/")));
    out +=
        "# HELP puppis_apiserver_requests_total HTTP requests taken\n# TYPE puppis_apiserver_requests_total "
        "counter\n"
        "puppis_apiserver_requests_total " +
        std::to_string(requests_.load()) + "\n";
    return out;
  }

  ServerConfig config_;
  Parts parts_;
  DirectoryLock lock_;
  // In the order of need: what stands later goes first.
  std::unique_ptr<store::Store> store_;
  Secrets secrets_;
  SchemaSet schemas_;
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<RbacAuthorizer> authorizer_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<HttpFront> front_;
  std::unique_ptr<CustomKinds> customKinds_;
  std::unique_ptr<Caretaker> caretaker_;
  std::atomic<std::uint64_t> requests_{0};
  std::unique_ptr<net::Server> net_;
};

}  // namespace

bool isTaken(const Error& error) {
  return error.reasonText() == kTaken;
}

Status snapshotOf(const std::string& dataDirectory, const std::string& file) {
  DirectoryLock lock;
  TRY_VOID(lock.take(dataDirectory));
  store::SqliteOptions options;
  options.path = storeFile(dataDirectory);
  TRY(auto store, store::openSqlite(std::move(options)));
  return store->snapshot(file);
}

Status restoreTo(const std::string& dataDirectory, const std::string& file, Files& files) {
  TRY_VOID(files.makeDirectories(dataDirectory));
  DirectoryLock lock;
  TRY_VOID(lock.take(dataDirectory));
  std::string target = storeFile(dataDirectory);
  if (files.exists(target)) {
    return fail(Error(ErrorCode::AlreadyExists,
                      dataDirectory + " holds a store already; restore into another directory, or move " +
                          target + " (with its -wal and -shm) away first"));
  }
  TRY(std::string bytes, files.read(file));
  std::string aside = target + ".checked";  // opening may write, and the target is to be whole or not there
  TRY_VOID(files.write(aside, bytes, 0600));
  store::SqliteOptions options;
  options.path = aside;
  auto checked = store::openSqlite(std::move(options));
  if (!checked) {
    TRY_VOID(files.remove(aside));
    return fail(checked.error().context(file + " is no whole snapshot"));
  }
  checked->reset();
  TRY_VOID(files.remove(aside));
  return files.write(target, bytes, 0600);
}

Result<std::unique_ptr<Server>> Server::start(ServerConfig config, Parts parts) {
  auto server = std::make_unique<WholeServer>(std::move(config), parts);
  TRY_VOID(server->open());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace puppis::apiserver
