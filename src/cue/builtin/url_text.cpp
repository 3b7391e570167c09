// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/url_text.h"

#include <algorithm>

#include "cue/builtin/go_format.h"
#include "cue/builtin/ip_address.h"

namespace puppis::cue::builtin::url {

namespace {

using Text = std::string_view;

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
bool isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

int hexDigit(char c) {
  if (isDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool shouldEscape(char c, Part part) {
  if (isLetter(c) || isDigit(c) || Text("-_.~").find(c) != Text::npos) return false;
  switch (part) {
    case Part::Host:
    case Part::Zone:
      return Text("!$&'()*+,;=:[]<>\"").find(c) == Text::npos;
    case Part::Path:
      return Text("$&+,/:;=@").find(c) == Text::npos;
    case Part::PathSegment:
      return Text("$&+:=@").find(c) == Text::npos;
    case Part::UserPassword:
      return Text("$&+,;=").find(c) == Text::npos;
    case Part::Query:
      return true;
    case Part::Fragment:
      return Text("$&+,/:;=?@!()*").find(c) == Text::npos;
  }
  return true;
}

tl::unexpected<Error> bad(const std::string& why) {
  return fail(ErrorCode::InvalidArgument, why);
}

std::string quoted(Text text) {
  return gofmt::quote(text, '"', gofmt::Quoting::Printable);
}

bool isPort(Text text) {
  return text.empty() || (text[0] == ':' && std::all_of(text.begin() + 1, text.end(), isDigit));
}

Status checkHost(Text host) {
  std::size_t bracket = host.rfind('[');
  if (bracket != Text::npos && bracket > 0) return bad("invalid IP-literal");
  if (bracket == 0) {
    std::size_t close = host.rfind(']');
    if (close == Text::npos) return bad("missing ']' in host");
    Text port = host.substr(close + 1);
    if (!isPort(port)) return bad("invalid port " + quoted(port) + " after host");
    Text name = host.substr(1, close - 1);
    std::string plain;
    if (std::size_t zone = name.find("%25"); zone != Text::npos) {
      TRY(std::string before, unescape(name.substr(0, zone), Part::Host));
      TRY(std::string after, unescape(name.substr(zone), Part::Zone));
      plain = before + after;
    } else {
      TRY(plain, unescape(name, Part::Host));
    }
    auto address = parseIpAddress(plain);
    if (!address) return bad("invalid host: " + address.error().message());
    if (address->is4) return bad("invalid IP-literal");
    return {};
  }
  if (std::size_t colon = host.rfind(':'); colon != Text::npos) {
    if (!isPort(host.substr(colon))) return bad("invalid port " + quoted(host.substr(colon)) + " after host");
  }
  TRY_VOID(unescape(host, Part::Host));
  return {};
}

Status checkAuthority(Text authority) {
  std::size_t at = authority.rfind('@');
  TRY_VOID(checkHost(at == Text::npos ? authority : authority.substr(at + 1)));
  if (at == Text::npos) return {};
  Text user = authority.substr(0, at);
  bool valid = std::all_of(user.begin(), user.end(), [](char c) {
    return isLetter(c) || isDigit(c) || Text("-._:~!$&'()*+,;=%@").find(c) != Text::npos;
  });
  if (!valid) return bad("net/url: invalid userinfo");
  TRY_VOID(unescape(user, Part::UserPassword));
  return {};
}

/// The scheme before the first colon; empty when there is none.
Result<Text> schemeOf(Text& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (isLetter(c)) continue;
    if (isDigit(c) || c == '+' || c == '-' || c == '.') {
      if (i == 0) return Text();
      continue;
    }
    if (c != ':') return Text();
    if (i == 0) return bad("missing protocol scheme");
    Text scheme = text.substr(0, i);
    text.remove_prefix(i + 1);
    return scheme;
  }
  return Text();
}

Result<bool> check(Text text) {
  bool control = std::any_of(text.begin(), text.end(), [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
  if (control) return bad("net/url: invalid control character in URL");
  if (text == "*") return false;
  Text rest = text;
  TRY(Text scheme, schemeOf(rest));
  rest = rest.substr(0, rest.find('?'));
  if (!rest.starts_with('/')) {
    if (!scheme.empty()) return true;
    if (rest.substr(0, rest.find('/')).find(':') != Text::npos) {
      return bad("first path segment in URL cannot contain colon");
    }
  }
  if (rest.starts_with("//") && (!scheme.empty() || !rest.starts_with("///"))) {
    Text authority = rest.substr(2);
    std::size_t slash = authority.find('/');
    rest = slash == Text::npos ? Text() : authority.substr(slash);
    TRY_VOID(checkAuthority(authority.substr(0, slash)));
  }
  TRY_VOID(unescape(rest, Part::Path));
  return !scheme.empty();
}

}  // namespace

std::string escape(Text text, Part part) {
  constexpr Text kHex = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    if (c == ' ' && part == Part::Query) {
      out += '+';
    } else if (shouldEscape(c, part)) {
      auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 0xF];
    } else {
      out += c;
    }
  }
  return out;
}

Result<std::string> unescape(Text text, Part part) {
  std::string out;
  bool strict = part == Part::Host || part == Part::Zone;
  auto badEscape = [](Text escape) { return bad("invalid URL escape " + quoted(escape)); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && part == Part::Query) {
      out += ' ';
      continue;
    }
    if (c != '%') {
      if (strict && static_cast<unsigned char>(c) < 0x80 && shouldEscape(c, part)) {
        return bad("invalid character " + quoted(text.substr(i, 1)) + " in host name");
      }
      out += c;
      continue;
    }
    Text sequence = text.substr(i, 3);
    if (sequence.size() < 3 || hexDigit(sequence[1]) < 0 || hexDigit(sequence[2]) < 0)
      return badEscape(sequence);
    auto value = static_cast<char>(hexDigit(sequence[1]) << 4 | hexDigit(sequence[2]));
    // In host names only bytes past ASCII may be escaped, in zones also what would not need it.
    if (part == Part::Host && hexDigit(sequence[1]) < 8 && sequence != "%25") return badEscape(sequence);
    if (part == Part::Zone && sequence != "%25" && value != ' ' && shouldEscape(value, Part::Host)) {
      return badEscape(sequence);
    }
    out += value;
    i += 2;
  }
  return out;
}

Result<bool> isAbsolute(Text text) {
  std::size_t hash = text.find('#');
  Text before = text.substr(0, hash);
  auto absolute = check(before);
  if (!absolute) return bad("parse " + quoted(before) + ": " + absolute.error().message());
  if (hash != Text::npos) {
    auto fragment = unescape(text.substr(hash + 1), Part::Fragment);
    if (!fragment) return bad("parse " + quoted(text) + ": " + fragment.error().message());
  }
  return *absolute;
}

}  // namespace puppis::cue::builtin::url
