// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/normalize.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "apiserver/decode.h"
#include "base/clock.h"
#include "base/strings.h"
#include "data/quantity.h"

namespace puppis::apiserver::kinds {
namespace {

using data::Kind;
using data::Value;

/// Where the decoder is, for its errors.
struct Place {
  const TypeInfo* owner = nullptr;
  const FieldInfo* field = nullptr;
  const Place* outer = nullptr;

  [[nodiscard]] std::string path() const {
    std::string out = outer != nullptr && outer->field != nullptr ? outer->path() + "." : "";
    return out + (field != nullptr ? field->name : "");
  }
};

std::string goName(const TypeRef& type) {
  switch (type.form) {
    case Form::List:
      return "[]" + goName(*type.element);
    case Form::Map:
      return "map[string]" + goName(*type.element);
    case Form::Bytes:
      return "[]uint8";
    case Form::Double:
      return "float64";
    case Form::Quantity:
      return "resource.Quantity";
    case Form::IntOrString:
      return "intstr.IntOrString";
    case Form::Struct: {
      std::vector<std::string> parts = split(type.type->name, '.');
      return parts[parts.size() - 2] + "." + parts.back();
    }
    case Form::Time:
    case Form::MicroTime:
    case Form::Duration:
      return "string";
    default:
      return type.word;
  }
}

tl::unexpected<Error> mismatch(const Value& value, const TypeRef& type, const Place& at,
                               bool showNumber = false) {
  std::string message = "json: cannot unmarshal " + std::string(jsonWord(value));
  if (showNumber) message += " " + value.numberText();
  message += " into Go ";
  if (at.field != nullptr) {
    message += "struct field " + std::string(at.owner->shortName()) + "." + at.path() + " of type ";
  } else {
    message += "value of type ";
  }
  bool named = at.field != nullptr && !at.field->goType.empty();
  bool ownWord = named && at.field->type == &type;
  bool elementWord = named && at.field->type->element == &type && startsWith(at.field->goType, "[]");
  if (elementWord) return fail(ErrorCode::InvalidArgument, message + at.field->goType.substr(2));
  return fail(ErrorCode::InvalidArgument, message + (ownWord ? at.field->goType : goName(type)));
}

Result<Value> readTime(const Value& value, bool micro) {
  const std::string& text = value.asString();
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, used = 0;
  auto bad = [&](const std::string& rest, const char* wanted) {
    std::string layout = micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00";
    return fail(ErrorCode::InvalidArgument, "parsing time \"" + text + "\" as \"" + layout +
                                                "\": cannot parse \"" + rest + "\" as \"" + wanted + "\"");
  };
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &used) != 6)
    return bad(text, "2006");
  std::size_t at = static_cast<std::size_t>(used);
  std::string fraction;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) fraction += text[at];
  }
  int offset = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    int oh = 0, om = 0;
    if (std::sscanf(text.c_str() + at + 1, "%2d:%2d", &oh, &om) != 2) return bad(text.substr(at), "Z07:00");
    offset = (oh * 60 + om) * (text[at] == '-' ? -1 : 1);
  } else if (text.substr(at) != "Z") {
    return bad(text.substr(at), "Z07:00");
  }
  auto day = std::chrono::sys_days(std::chrono::year(y) / std::chrono::month(static_cast<unsigned>(mo)) /
                                   std::chrono::day(static_cast<unsigned>(d)));
  Nanos time = day.time_since_epoch() + std::chrono::hours(h) + std::chrono::minutes(mi - offset) +
               std::chrono::seconds(s);
  if (!micro) return Value(formatRfc3339(time));
  fraction.resize(6, '0');
  return Value(formatRfc3339Micro(time + std::chrono::microseconds(std::atoi(fraction.c_str()))));
}

class Normalizer {
 public:
  Result<Value> structure(const Value& in, const TypeInfo& type, const TypeRef* ref, const Place* outer) {
    if (!in.isObject() && !in.isNull()) {
      TypeRef self{Form::Struct, type.name, &type, nullptr};
      return mismatch(in, ref != nullptr ? *ref : self, outer != nullptr ? *outer : Place{});
    }
    Value out = Value::object();
    out.reserve(in.size());
    for (const auto& field : type.fields) {
      Place here{&type, &field, outer};
      const Value& value = in.get(field.name);
      if (value.isNull()) {
        TRY_VOID(absent(out, field, here));
        continue;
      }
      TRY(Value written, this->value(value, *field.type, here));
      if (!dropped(written, field)) out.append(field.name, std::move(written));
    }
    return out;
  }

 private:
  /// Writes what an unset field looks like.
  Status absent(Value& out, const FieldInfo& field, const Place& here) {
    Form form = field.type->form;
    if (field.pointer || form == Form::List || form == Form::Map || form == Form::Bytes) {
      if (!field.omitEmpty) out.append(field.name, nullptr);
      return {};
    }
    switch (form) {
      case Form::Struct: {
        if (field.omitZero) return {};
        TRY(Value zero, structure(Value(), *field.type->type, field.type, &here));
        out.append(field.name, std::move(zero));
        return {};
      }
      case Form::Time:
      case Form::MicroTime:
      case Form::Any:
        if (!field.omitZero && (form != Form::Any || field.type->word == "raw"))
          out.append(field.name, nullptr);
        else if (form == Form::Any && !field.omitEmpty)
          out.append(field.name, nullptr);
        return {};
      case Form::Quantity:
        out.append(field.name, "0");
        return {};
      case Form::IntOrString:
        out.append(field.name, 0);
        return {};
      case Form::Duration:
        out.append(field.name, "0s");
        return {};
      default:
        break;
    }
    if (field.omitEmpty) return {};
    if (form == Form::String)
      out.append(field.name, "");
    else if (form == Form::Bool)
      out.append(field.name, false);
    else
      out.append(field.name, 0);
    return {};
  }

  static bool dropped(const Value& value, const FieldInfo& field) {
    if (field.omitZero && value.isObject() && value.empty()) return true;
    if (!field.omitEmpty || field.pointer) return false;
    switch (field.type->form) {
      case Form::List:
      case Form::Map:
        return value.isNull() || value.empty();
      case Form::String:
      case Form::Bytes:
        return value.asString().empty();
      case Form::Bool:
        return !value.asBool();
      case Form::Int32:
      case Form::Int64:
      case Form::Double:
        return value == Value(0);
      default:
        return false;
    }
  }

  Result<Value> value(const Value& in, const TypeRef& type, const Place& at) {
    switch (type.form) {
      case Form::String:
        if (!in.isString()) return mismatch(in, type, at);
        return in;
      case Form::Bool:
        if (!in.isBool()) return mismatch(in, type, at);
        return in;
      case Form::Int32:
      case Form::Int64:
        if (!in.isNumeric()) return mismatch(in, type, at);
        if (!in.isInt() || (type.form == Form::Int32 && (in.asInt() > INT32_MAX || in.asInt() < INT32_MIN))) {
          return mismatch(in, type, at, true);
        }
        return in;
      case Form::Double:
        if (!in.isNumeric()) return mismatch(in, type, at);
        return in;
      case Form::Bytes:
        return bytes(in, type, at);
      case Form::Quantity:
        return quantity(in);
      case Form::IntOrString:
        if (in.isString()) return in;
        if (!in.isNumeric()) return mismatch(in, {Form::Int32, "int32", nullptr, nullptr}, at);
        if (!in.isInt() || in.asInt() > INT32_MAX || in.asInt() < INT32_MIN) {
          return mismatch(in, {Form::Int32, "int32", nullptr, nullptr}, at, true);
        }
        return in;
      case Form::Time:
      case Form::MicroTime:
        if (!in.isString()) return mismatch(in, {Form::String, "string", nullptr, nullptr}, Place{});
        return readTime(in, type.form == Form::MicroTime);
      case Form::Duration:
        if (!in.isString()) return mismatch(in, {Form::String, "string", nullptr, nullptr}, Place{});
        return in;
      case Form::Any:
        return in;
      case Form::Struct:
        return structure(in, *type.type, &type, &at);
      case Form::List:
        return list(in, type, at);
      case Form::Map:
        return map(in, type, at);
    }
    return in;
  }

  Result<Value> bytes(const Value& in, const TypeRef& type, const Place& at) {
    if (in.isArray()) {
      for (const auto& element : in.elements()) {
        if (!element.isNumeric()) return mismatch(element, {Form::Int32, "uint8", nullptr, nullptr}, at);
      }
    }
    if (!in.isString()) return mismatch(in, type, at);
    auto decoded = base64Decode(in.asString());
    if (!decoded) {
      std::size_t bad = in.asString().find_first_not_of(
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\r\n");
      if (bad == std::string::npos) bad = in.asString().size() / 4 * 4;
      return fail(ErrorCode::InvalidArgument, "illegal base64 data at input byte " + std::to_string(bad));
    }
    return Value(base64Encode(*decoded));
  }

  static Result<Value> quantity(const Value& in) {
    std::string text = in.isNumeric() ? in.numberText() : in.asString();
    TRY(data::Quantity parsed, data::Quantity::parse(trim(text)));
    return Value(parsed.str());
  }

  Result<Value> list(const Value& in, const TypeRef& type, const Place& at) {
    if (!in.isArray()) return mismatch(in, type, at);
    if (in.empty()) return Value();  // storage keeps no difference between none and an empty list
    Value out = Value::array();
    out.reserve(in.size());
    for (const auto& element : in.elements()) {
      TRY(Value written, item(element, *type.element, at));
      out.push(std::move(written));
    }
    return out;
  }

  Result<Value> map(const Value& in, const TypeRef& type, const Place& at) {
    if (!in.isObject()) return mismatch(in, type, at);
    if (in.empty()) return Value();
    Value out = Value::object();
    out.reserve(in.size());
    for (const auto& member : in.members()) {
      TRY(Value written, item(member.value, *type.element, at));
      out.append(member.key, std::move(written));
    }
    return out;
  }

  /// An element: null is the zero value of its type.
  Result<Value> item(const Value& in, const TypeRef& type, const Place& at) {
    if (!in.isNull()) return value(in, type, at);
    switch (type.form) {
      case Form::String:
      case Form::Bytes:
        return Value("");
      case Form::Bool:
        return Value(false);
      case Form::Int32:
      case Form::Int64:
      case Form::Double:
      case Form::IntOrString:
        return Value(0);
      case Form::Quantity:
        return Value("0");
      case Form::Struct:
        return structure(in, *type.type, &type, &at);
      default:
        return Value();
    }
  }
};

}  // namespace

Result<Value> normalize(const Value& object, const TypeInfo& type) {
  return Normalizer().structure(object, type, nullptr, nullptr);
}

}  // namespace puppis::apiserver::kinds
