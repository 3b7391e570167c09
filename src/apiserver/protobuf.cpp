// SPDX-License-Identifier: Apache-2.0
#include "apiserver/protobuf.h"

#include <bit>
#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "apiserver/errors.h"
#include "base/clock.h"
#include "base/strings.h"
#include "data/json.h"

namespace puppis::apiserver {

using data::Value;

namespace kinds {
std::string_view protobufTable();
}

namespace {

constexpr std::string_view kMagic{"k8s\0", 4};
constexpr int kDeepest = 100;
constexpr std::string_view kMachinery = "io.k8s.apimachinery.pkg.";

enum class Form : std::uint8_t { String, Bytes, Bool, Integer, Double, Message };

struct Message;
struct Field {
  std::string_view name;  // "-": its fields stand in its place
  Form form = Form::String;
  std::string_view type;
  bool repeated = false;
  bool map = false;
};
struct Message {
  std::string_view name;
  std::unordered_map<std::uint32_t, Field> fields;
};
using Table = std::unordered_map<std::string_view, Message>;

Form formOf(std::string_view type) {
  if (type == "string") return Form::String;
  if (type == "bytes") return Form::Bytes;
  if (type == "bool") return Form::Bool;
  if (type == "double") return Form::Double;
  return type.find('.') == std::string_view::npos ? Form::Integer : Form::Message;
}

Table readTable(std::string_view text) {
  Table out;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    std::size_t space = line.find(' ');
    std::string_view name = line.substr(0, space);
    if (name.empty()) continue;
    Message& message = out[name];
    message.name = name;
    while (space != std::string_view::npos) {
      std::size_t next = line.find(' ', space + 1);
      std::string_view word =
          line.substr(space + 1, next == std::string_view::npos ? next : next - space - 1);
      space = next;
      std::size_t first = word.find(':');
      std::size_t second = word.find(':', first + 1);
      Field field;
      std::uint32_t number = 0;
      std::from_chars(word.data(), word.data() + first, number);
      field.name = word.substr(first + 1, second - first - 1);
      field.type = word.substr(second + 1);
      if (endsWith(field.type, "*")) {
        field.repeated = true;
        field.type.remove_suffix(1);
      }
      if (startsWith(field.type, "map<")) {
        field.map = true;
        field.type = field.type.substr(4, field.type.size() - 5);
      }
      field.form = formOf(field.type);
      message.fields[number] = field;
    }
  }
  return out;
}

/// Read once, at the first protobuf request.
const Table& table() {
  static const Table kTable = readTable(kinds::protobufTable());
  return kTable;
}

Error malformed() {
  return badRequest("the protobuf body is malformed");
}

/// One field as it stands in the bytes.
struct Wire {
  std::uint32_t number = 0;
  int type = 0;
  std::uint64_t integer = 0;
  std::string_view bytes;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool done() const { return bytes_.empty(); }

  Result<Wire> next() {
    Wire out;
    TRY(std::uint64_t tag, varint());
    out.number = static_cast<std::uint32_t>(tag >> 3);
    out.type = static_cast<int>(tag & 7);
    if (out.type == 0) {
      TRY(out.integer, varint());
    } else if (out.type == 1 || out.type == 5) {
      std::size_t size = out.type == 1 ? 8 : 4;
      if (bytes_.size() < size) return fail(malformed());
      std::memcpy(&out.integer, bytes_.data(), size);
      bytes_.remove_prefix(size);
    } else if (out.type == 2) {
      TRY(std::uint64_t size, varint());
      if (bytes_.size() < size) return fail(malformed());
      out.bytes = bytes_.substr(0, size);
      bytes_.remove_prefix(size);
    } else {
      return fail(malformed());
    }
    return out;
  }

 private:
  Result<std::uint64_t> varint() {
    std::uint64_t out = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) return fail(malformed());
      auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      out |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return out;
    }
    return fail(malformed());
  }
  std::string_view bytes_;
};

Result<std::map<std::uint32_t, Wire>> readFlat(std::string_view bytes) {
  std::map<std::uint32_t, Wire> out;
  Reader reader(bytes);
  while (!reader.done()) {
    TRY(Wire wire, reader.next());
    out[wire.number] = wire;
  }
  return out;
}

Result<Value> readMessage(std::string_view type, std::string_view bytes, int depth);

/// Types whose JSON form is no object.
Result<std::optional<Value>> readSpecial(std::string_view type, std::string_view bytes, int depth) {
  using Out = std::optional<Value>;
  if (startsWith(type, "io.k8s.apiextensions-apiserver.") && type.find(".JSON") != std::string_view::npos) {
    if (endsWith(type, ".JSON")) {
      TRY(auto fields, readFlat(bytes));
      TRY(Value value, data::parseJson(fields[1].bytes));
      return Out(std::move(value));
    }
    constexpr std::string_view kProps =
        "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";
    if (endsWith(type, "OrBool") || endsWith(type, "OrArray") || endsWith(type, "OrStringArray")) {
      Value list = Value::array();
      Value single;
      bool allows = false;
      Reader reader(bytes);
      while (!reader.done()) {
        TRY(Wire wire, reader.next());
        if (endsWith(type, "OrBool") && wire.number == 1) {
          allows = wire.integer != 0;
        } else if (endsWith(type, "OrStringArray") && wire.number == 2) {
          list.push(wire.bytes);
        } else if (endsWith(type, "OrArray") && wire.number == 2) {
          TRY(Value one, readMessage(kProps, wire.bytes, depth + 1));
          list.push(std::move(one));
        } else {
          TRY(single, readMessage(kProps, wire.bytes, depth + 1));
        }
      }
      if (!single.isNull()) return Out(std::move(single));
      return Out(endsWith(type, "OrBool") ? Value(allows) : std::move(list));
    }
  }
  if (endsWith(type, ".ExtraValue") || endsWith(type, ".Verbs")) {
    Value list = Value::array();
    Reader reader(bytes);
    while (!reader.done()) {
      TRY(Wire wire, reader.next());
      list.push(wire.bytes);
    }
    return Out(std::move(list));
  }
  if (!startsWith(type, kMachinery)) return Out{};
  std::string_view name = type.substr(kMachinery.size());
  if (name == "api.resource.Quantity") {
    TRY(auto fields, readFlat(bytes));
    return Out(Value(fields[1].bytes));
  }
  if (name == "util.intstr.IntOrString") {
    TRY(auto fields, readFlat(bytes));
    return Out(fields[1].integer == 1
                   ? Value(fields[3].bytes)
                   : Value(static_cast<std::int64_t>(static_cast<std::int32_t>(fields[2].integer))));
  }
  if (name == "apis.meta.v1.Time" || name == "apis.meta.v1.MicroTime") {
    TRY(auto fields, readFlat(bytes));
    Nanos time = std::chrono::seconds(static_cast<std::int64_t>(fields[1].integer));
    if (fields.count(1) == 0 || fields[1].integer == 0) return Out(Value());
    time += Nanos(static_cast<std::int64_t>(fields[2].integer));
    return Out(Value(name == "apis.meta.v1.Time" ? formatRfc3339(time) : formatRfc3339Micro(time)));
  }
  if (name == "runtime.RawExtension" || name == "apis.meta.v1.FieldsV1") {
    TRY(auto fields, readFlat(bytes));
    if (fields[1].bytes.empty()) return Out(Value());
    if (startsWith(fields[1].bytes, kMagic)) {
      TRY(Value inner, decodeProtobuf(fields[1].bytes));
      return Out(std::move(inner));
    }
    TRY(Value value, data::parseJson(fields[1].bytes));
    return Out(std::move(value));
  }
  return Out{};
}

Result<Value> readScalar(const Field& field, const Wire& wire, int depth) {
  switch (field.form) {
    case Form::String:
      return Value(wire.bytes);
    case Form::Bytes:
      return Value(base64Encode(wire.bytes));
    case Form::Bool:
      return Value(wire.integer != 0);
    case Form::Integer:
      if (field.type == "int32")
        return Value(static_cast<std::int64_t>(static_cast<std::int32_t>(wire.integer)));
      return Value(static_cast<std::int64_t>(wire.integer));
    case Form::Double:
      return Value(std::bit_cast<double>(wire.integer));
    case Form::Message:
      return readMessage(field.type, wire.bytes, depth + 1);
  }
  return fail(malformed());
}

Result<Value> readMessage(std::string_view type, std::string_view bytes, int depth) {
  if (depth > kDeepest) return fail(malformed());
  TRY(std::optional<Value> special, readSpecial(type, bytes, depth));
  if (special) return std::move(*special);
  auto it = table().find(type);
  if (it == table().end()) return fail(badRequest("no protobuf form is known for " + std::string(type)));
  Value out = Value::object();
  Reader reader(bytes);
  while (!reader.done()) {
    TRY(Wire wire, reader.next());
    auto known = it->second.fields.find(wire.number);
    if (known == it->second.fields.end()) continue;
    const Field& field = known->second;
    if (field.map) {
      Reader entry(wire.bytes);
      std::string key;
      Value value = field.form == Form::Message ? Value() : Value("");
      while (!entry.done()) {
        TRY(Wire part, entry.next());
        if (part.number == 1) {
          key = part.bytes;
        } else {
          TRY(value, readScalar(field, part, depth));
        }
      }
      out[field.name].set(key, std::move(value));
      continue;
    }
    // Numbers that repeat may come packed.
    if (field.repeated && field.form == Form::Integer && wire.type == 2) {
      return fail(badRequest("packed numbers are not understood"));
    }
    TRY(Value value, readScalar(field, wire, depth));
    if (field.name == "-") {
      for (const data::Member& member : value.members()) out.set(member.key.str(), member.value);
    } else if (field.repeated) {
      out[field.name].push(std::move(value));
    } else if (!value.isNull()) {
      out.set(field.name, std::move(value));
    }
  }
  return out;
}

/// The OpenAPI name of a kind's message, as "io.k8s.api.apps.v1.Deployment".
std::string messageOf(const std::string& apiVersion, const std::string& kind) {
  if (kind == "DeleteOptions") return std::string(kMachinery) + "apis.meta.v1.DeleteOptions";
  std::size_t slash = apiVersion.find('/');
  std::string group = slash == std::string::npos ? "core" : apiVersion.substr(0, slash);
  std::string version = slash == std::string::npos ? apiVersion : apiVersion.substr(slash + 1);
  if (group == "apiextensions.k8s.io")
    return "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions." + version + "." + kind;
  return "io.k8s.api." + group.substr(0, group.find('.')) + "." + version + "." + kind;
}

}  // namespace

Result<Value> decodeProtobuf(std::string_view bytes) {
  if (!startsWith(bytes, kMagic))
    return fail(
        badRequest("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"));
  TRY(auto envelope, readFlat(bytes.substr(kMagic.size())));
  TRY(auto typeMeta, readFlat(envelope[1].bytes));
  std::string apiVersion(typeMeta[1].bytes);
  std::string kind(typeMeta[2].bytes);
  TRY(Value object, readMessage(messageOf(apiVersion, kind), envelope[2].bytes, 0));
  Value out = Value::object({{"kind", kind}, {"apiVersion", apiVersion}});
  for (const data::Member& member : object.members()) out.append(member.key, member.value);
  return out;
}

}  // namespace puppis::apiserver
