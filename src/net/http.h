// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace puppis::net {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  HttpHeaders headers;
  std::string body;
  Nanos timeout = std::chrono::seconds(30);  ///< for the whole exchange; zero waits for ever
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;  ///< names in lower case
  std::string body;

  /// The header's value, or "".
  [[nodiscard]] std::string_view header(std::string_view lowerCaseName) const;
};

/// Receives a response as it comes. Called from the transport's own thread, one call at a time; must return
/// soon.
struct HttpStreamHandler {
  std::function<void(int status, const HttpHeaders&)> head;  ///< may be empty
  std::function<void(std::string_view)> data;
  /// Once, last: success when the response ended as it should. Not after the handle is destroyed.
  std::function<void(Status)> ended;
};

/// Handle of a running exchange. Destroying it gives the exchange up; after the destructor returns the
/// handler is neither running nor called again (destroying it from inside the handler is allowed).
class HttpStream {
 public:
  virtual ~HttpStream() = default;
};

/// Makes HTTP exchanges. Every method may be called from any number of threads.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  /// Waits for the whole answer, whatever its status. Errors: Unavailable (no connection, TLS), Timeout.
  /// Not to be called from a stream's handler.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
  /// Returns at once; everything, a failure to connect too, comes to the handler. `request.timeout` is not
  /// used.
  virtual std::unique_ptr<HttpStream> stream(const HttpRequest& request, HttpStreamHandler handler) = 0;
};

/// Who the other side must prove to be, and who we are. All PEM, in memory.
struct TlsConfig {
  std::string caPem;    ///< empty: the machine's certificate store
  std::string certPem;  ///< client certificate; empty: none
  std::string keyPem;
  std::string serverName;  ///< checked and sent (SNI) instead of the URL's host; empty: the URL's host
  bool insecure = false;   ///< accept any certificate
};

struct HttpTransportConfig {
  TlsConfig tls;
  std::string userAgent;
  std::string
      proxyUrl;  ///< empty: as the environment says (HTTPS_PROXY, NO_PROXY); loopback always goes direct
  Nanos connectTimeout = std::chrono::seconds(10);
};

/// The transport of the program, on libcurl: one thread drives every exchange; HTTP/2 where the server speaks
/// it, many exchanges on one connection; connections are kept and used again.
std::unique_ptr<HttpTransport> makeHttpTransport(HttpTransportConfig config);

/// Escapes everything but unreserved characters (RFC 3986).
std::string percentEncode(std::string_view text);
/// "a=b&c=d", escaped.
std::string encodeQuery(const std::vector<std::pair<std::string, std::string>>& query);

}  // namespace puppis::net
