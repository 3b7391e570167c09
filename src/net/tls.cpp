// SPDX-License-Identifier: Apache-2.0
#include "net/tls.h"

#include <array>
#include <cerrno>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace puppis::net {
namespace {

constexpr std::size_t kReadAtOnce = 64 * 1024;

class PlainChannel final : public Channel {
 public:
  explicit PlainChannel(int socket) : socket_(socket) {}
  ~PlainChannel() override { close(socket_); }

  Moved read(std::string& in) override {
    std::array<char, kReadAtOnce> buffer;
    ssize_t size = recv(socket_, buffer.data(), buffer.size(), 0);
    if (size > 0) {
      in.append(buffer.data(), static_cast<std::size_t>(size));
      return Moved::Some;
    }
    return size < 0 && (errno == EAGAIN || errno == EINTR) ? Moved::WouldBlock : Moved::Closed;
  }
  Moved write(const std::string& out, std::size_t& offset) override {
    ssize_t size = ::send(socket_, out.data() + offset, out.size() - offset, MSG_NOSIGNAL);
    if (size >= 0) {
      offset += static_cast<std::size_t>(size);
      return Moved::Some;
    }
    return errno == EAGAIN || errno == EINTR ? Moved::WouldBlock : Moved::Closed;
  }
  std::string_view protocol() const override { return ""; }
  std::optional<PeerIdentity> peer() const override { return std::nullopt; }

 private:
  int socket_;
};

template <auto F>
struct Freer {
  template <typename T>
  void operator()(T* p) const {
    F(p);
  }
};
using Ssl = std::unique_ptr<SSL, Freer<SSL_free>>;

std::vector<std::string> nameEntries(X509_NAME* name, int nid) {
  std::vector<std::string> out;
  for (int at = X509_NAME_get_index_by_NID(name, nid, -1); at >= 0;
       at = X509_NAME_get_index_by_NID(name, nid, at)) {
    unsigned char* text = nullptr;
    int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size < 0) continue;
    out.emplace_back(reinterpret_cast<char*>(text), static_cast<std::size_t>(size));
    OPENSSL_free(text);
  }
  return out;
}

class TlsChannel final : public Channel {
 public:
  TlsChannel(int socket, SSL_CTX* context) : socket_(socket), ssl_(SSL_new(context)) {
    SSL_set_fd(ssl_.get(), socket);
    SSL_set_accept_state(ssl_.get());
  }
  ~TlsChannel() override {
    if (!broken_) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    close(socket_);
  }

  Moved read(std::string& in) override {
    std::array<char, 16 * 1024> buffer;
    ERR_clear_error();
    int size = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (size > 0) {
      in.append(buffer.data(), static_cast<std::size_t>(size));
      return Moved::Some;
    }
    return outcome(size);
  }
  Moved write(const std::string& out, std::size_t& offset) override {
    ERR_clear_error();
    std::size_t left = std::min<std::size_t>(out.size() - offset, kReadAtOnce);
    int size = SSL_write(ssl_.get(), out.data() + offset, static_cast<int>(left));
    if (size > 0) {
      offset += static_cast<std::size_t>(size);
      return Moved::Some;
    }
    return outcome(size);
  }
  std::string_view protocol() const override {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }
  std::optional<PeerIdentity> peer() const override {
    X509* certificate = SSL_get0_peer_certificate(ssl_.get());
    if (certificate == nullptr || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return std::nullopt;
    X509_NAME* subject = X509_get_subject_name(certificate);
    std::vector<std::string> names = nameEntries(subject, NID_commonName);
    return PeerIdentity{names.empty() ? "" : names.back(), nameEntries(subject, NID_organizationName)};
  }

 private:
  Moved outcome(int result) {
    int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return Moved::WouldBlock;
    if (error != SSL_ERROR_ZERO_RETURN) broken_ = true;
    ERR_clear_error();
    return Moved::Closed;
  }

  int socket_;
  Ssl ssl_;
  bool broken_ = false;
};

int chooseProtocol(SSL*, const unsigned char** out, unsigned char* outSize, const unsigned char* in,
                   unsigned inSize, void*) {
  static constexpr unsigned char kOffered[] = "\x02h2\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, outSize, kOffered, sizeof kOffered - 1, in, inSize) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

class OpenSslContext final : public TlsContext {
 public:
  Status set(const ServerTls& settings) {
    context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context_.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                         SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context_.get(), SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_alpn_select_cb(context_.get(), &chooseProtocol, nullptr);
    static constexpr unsigned char kSession[] = "puppis";
    SSL_CTX_set_session_id_context(context_.get(), kSession, sizeof kSession - 1);
    std::unique_ptr<BIO, Freer<BIO_free>> bio(
        BIO_new_mem_buf(settings.certificate.data(), static_cast<int>(settings.certificate.size())));
    std::unique_ptr<X509, Freer<X509_free>> certificate(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate || SSL_CTX_use_certificate(context_.get(), certificate.get()) != 1)
      return fail(error("certificate"));
    while (X509* more = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
      SSL_CTX_add0_chain_cert(context_.get(), more);
    ERR_clear_error();
    bio.reset(BIO_new_mem_buf(settings.key.data(), static_cast<int>(settings.key.size())));
    std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>> key(
        PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    if (!key || SSL_CTX_use_PrivateKey(context_.get(), key.get()) != 1) return fail(error("private key"));
    if (settings.clientCa.empty()) return {};
    bio.reset(BIO_new_mem_buf(settings.clientCa.data(), static_cast<int>(settings.clientCa.size())));
    std::unique_ptr<X509, Freer<X509_free>> ca(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!ca) return fail(error("client CA"));
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), ca.get());
    SSL_CTX_add_client_CA(context_.get(), ca.get());
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    return {};
  }
  std::unique_ptr<Channel> accept(int socket) override {
    return std::make_unique<TlsChannel>(socket, context_.get());
  }

 private:
  static Error error(const std::string& what) {
    char text[256] = "unknown";
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    return Error(ErrorCode::InvalidArgument, "TLS " + what + " cannot be used: " + text);
  }
  std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>> context_;
};

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::make(const ServerTls& settings) {
  auto context = std::make_unique<OpenSslContext>();
  TRY_VOID(context->set(settings));
  return std::unique_ptr<TlsContext>(std::move(context));
}

std::unique_ptr<Channel> plainChannel(int socket) {
  return std::make_unique<PlainChannel>(socket);
}

}  // namespace puppis::net
