// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"

// Package list. Elements travel as the evaluator's own values, so that what is incomplete in them survives.

namespace puppis::cue::builtin {

namespace {

using number::Decimal;

constexpr std::int64_t kMaxRepeat = 1'000'000;
/// What Range may yield before it counts as a mistake.
constexpr std::size_t kMaxRange = 10'000'000;

Answer elementsOf(Call& call, std::span<const Value> items) {
  return list(call, items);
}

Answer drop(Call& call, const Elements& x, std::int64_t n) {
  if (n < 0) return bad(call, "negative index");
  std::size_t from = std::min(static_cast<std::size_t>(n), x.size());
  return elementsOf(call, x.items.subspan(from));
}

Answer take(Call& call, const Elements& x, std::int64_t n) {
  if (n < 0) return bad(call, "negative index");
  return elementsOf(call, x.items.first(std::min(static_cast<std::size_t>(n), x.size())));
}

Answer slice(Call& call, const Elements& x, std::int64_t i, std::int64_t j) {
  if (i < 0) return bad(call, "negative index");
  if (i > j) return bad(call, "invalid index: " + std::to_string(i) + " > " + std::to_string(j));
  auto size = static_cast<std::int64_t>(x.size());
  if (i > size || j > size) return bad(call, "slice bounds out of range");
  return elementsOf(call, x.items.subspan(static_cast<std::size_t>(i), static_cast<std::size_t>(j - i)));
}

std::optional<Answer> flatten(Call& call, std::span<const Value> items, std::int64_t depth,
                              std::vector<Value>& out) {
  for (const Value& item : items) {
    call.host().step();
    if (depth != 0 && call.host().kind(item.handle) == kList) {
      Answer inner = call.host().elements(item.handle, nullptr);
      if (!inner.ok()) return inner;
      if (auto failure = flatten(call, inner.value.list(), depth - 1, out)) return failure;
    } else {
      out.push_back(item);
    }
  }
  return std::nullopt;
}

Answer flattenN(Call& call, Any x, std::int64_t depth) {
  Answer items = call.host().elements(x.value, nullptr);
  if (!items.ok()) return items;
  std::vector<Value> out;
  if (auto failure = flatten(call, items.value.list(), depth, out)) return *failure;
  return list(call, out);
}

Answer repeat(Call& call, const Elements& x, std::int64_t count) {
  if (count < 0) return bad(call, "negative count");
  if (count > kMaxRepeat) {
    return bad(call, "count " + std::to_string(count) + " exceeds limit of " + std::to_string(kMaxRepeat));
  }
  const std::size_t size = x.size() * static_cast<std::size_t>(count);
  call.arena().require(2 * size * sizeof(Value));
  std::vector<Value> out;
  out.reserve(size);
  for (std::int64_t i = 0; i < count; ++i) out.insert(out.end(), x.items.begin(), x.items.end());
  return list(call, out);
}

Answer concat(Call& call, const Elements& x) {
  std::vector<Value> out;
  for (const Value& item : x.items) {
    Answer inner = call.host().elements(item.handle, nullptr);
    if (!inner.ok()) return inner;
    std::span<const Value> items = inner.value.list();
    out.insert(out.end(), items.begin(), items.end());
  }
  return list(call, out);
}

Answer reverse(Call& call, const Elements& x) {
  std::vector<Value> out(x.items.rbegin(), x.items.rend());
  return list(call, out);
}

std::string lengthMessage(std::size_t count, std::string_view relation, std::string_view name,
                          std::int64_t n) {
  std::string have = std::to_string(count);
  std::string limit = std::to_string(n);
  return "len(list) " + std::string(relation) + " " + std::string(name) + "(" + limit + ") (" + have + " " +
         std::string(relation) + " " + limit + ")";
}

/// A list whose openness matters.
Answer listShape(Call& call, Any x, std::size_t& count, bool& open) {
  Answer items = call.host().elements(x.value, &open);
  if (items.ok()) count = items.value.list().size();
  return items;
}

Answer minItems(Call& call, Any x, std::int64_t n) {
  std::size_t count = 0;
  bool open = false;
  if (Answer items = listShape(call, x, count, open); !items.ok()) return items;
  if (static_cast<std::int64_t>(count) >= n) return Value::of(true);
  return refused(call, lengthMessage(count, "<", "MinItems", n), open);
}

Answer maxItems(Call& call, Any x, std::int64_t n) {
  std::size_t count = 0;
  bool open = false;
  if (Answer items = listShape(call, x, count, open); !items.ok()) return items;
  if (static_cast<std::int64_t>(count) <= n) return Value::of(true);
  return refused(call, lengthMessage(count, ">", "MaxItems", n));
}

Answer uniqueItems(Call& call, const Elements& x) {
  Host& host = call.host();
  std::optional<std::pair<std::size_t, std::size_t>> equalPair;
  bool final = false;
  for (std::size_t i = 0; i < x.size() && !final; ++i) {
    for (std::size_t j = i + 1; j < x.size() && !final; ++j) {
      if (!host.equal(x[i], x[j])) continue;
      equalPair = {i, j};
      final = host.isFinal(x[j]);
    }
  }
  if (!equalPair) return Value::of(true);
  auto [i, j] = *equalPair;
  std::string where = " at position " + std::to_string(i) + " and " + std::to_string(j);
  constexpr std::uint16_t kScalars = kBool | kNull | kNumber | kString | kBytes;
  std::uint16_t kind = host.kind(x[i]);
  bool scalar = (kind & kScalars) != 0 && (kind & (kind - 1)) == 0;
  return refused(call, scalar ? "equal value (" + host.text(x[i]) + ")" + where : "equal values" + where,
                 !final);
}

bool contains(Call& call, const Elements& x, Any v) {
  return std::any_of(x.items.begin(), x.items.end(),
                     [&](const Value& item) { return call.host().equal(item.handle, v.value); });
}

Answer matchN(Call& call, const Elements& x, Any n, Any schema) {
  Host& host = call.host();
  std::int64_t matching = std::count_if(x.items.begin(), x.items.end(), [&](const Value& item) {
    return host.matches(item.handle, schema.value);
  });
  if (host.accepts(n.value, Value::ofInt(matching))) return Value::of(true);
  return refused(call, host.text(schema.value) + " matches " + std::to_string(matching) +
                           " list items, want " + host.text(n.value));
}

Answer sum(Call& call, const Numbers& xs) {
  Decimal total;
  for (const Decimal& x : xs.items) {
    number::Outcome next = number::add(x, total, call.arena());
    if (!next.ok()) return fromOutcome(call, next);
    total = next.value;
  }
  return fromDecimal(call, total);
}

Answer product(Call& call, const Numbers& xs) {
  Decimal total = Decimal::ofInt(1);
  for (const Decimal& x : xs.items) {
    number::Outcome next = number::mul(x, total, call.arena());
    if (!next.ok()) return fromOutcome(call, next);
    total = next.value;
  }
  return fromDecimal(call, total);
}

Answer avg(Call& call, const Numbers& xs) {
  if (xs.items.empty()) return bad(call, "empty list");
  Decimal total;
  for (const Decimal& x : xs.items) {
    number::Outcome next = number::add(x, total, call.arena());
    if (!next.ok()) return fromOutcome(call, next);
    total = next.value;
  }
  return fromOutcome(
      call, number::quo(total, Decimal::ofInt(static_cast<std::int64_t>(xs.items.size())), call.arena()));
}

Answer extreme(Call& call, const Numbers& xs, int wanted) {
  if (xs.items.empty()) return bad(call, "empty list");
  Decimal best = xs.items[0];
  for (const Decimal& x : xs.items) {
    if (number::compare(x, best) == wanted) best = x;
  }
  return fromDecimal(call, best);
}
Answer max(Call& call, const Numbers& xs) {
  return extreme(call, xs, 1);
}
Answer min(Call& call, const Numbers& xs) {
  return extreme(call, xs, -1);
}

Answer range(Call& call, Decimal start, Decimal limit, Decimal step) {
  if (step.isZero()) return bad(call, "step must be non zero");
  int direction = step.negative() ? -1 : 1;
  if (number::compare(start, limit) == direction) {
    return bad(call, direction > 0 ? "end must be greater than start when step is positive"
                                   : "end must be less than start when step is negative");
  }
  std::vector<Value> out;
  Decimal at = start;
  while (number::compare(at, limit) == -direction) {
    call.host().step();
    if (out.size() >= kMaxRange) return bad(call, "range exceeds " + std::to_string(kMaxRange) + " elements");
    out.push_back(fromDecimal(call, at).value);
    number::Outcome next = number::add(step, at, call.arena());
    if (!next.ok()) return fromOutcome(call, next);
    at = next.value;
  }
  return list(call, out);
}

/// Stable, and robust against comparers that are no order: the first error ends it.
Answer sortBy(Call& call, const Elements& x, Any comparer) {
  if (!call.host().lookup(comparer.value, "less")) return bad(call, "field not found: less");
  std::optional<Answer> failure;
  auto less = [&](const Value& a, const Value& b) {
    if (failure) return false;
    Answer answer = call.host().less(comparer.value, a.handle, b.handle);
    if (!answer.ok()) {
      failure = answer;
      return false;
    }
    return answer.value.boolean;
  };
  std::vector<Value> out(x.items.begin(), x.items.end());
  std::stable_sort(out.begin(), out.end(), less);
  if (failure) return *failure;
  return list(call, out);
}

Answer sortStrings(Call& call, Strings strings) {
  std::sort(strings.items.begin(), strings.items.end());
  return stringList(call, strings.items);
}

Answer isSorted(Call& call, const Elements& x, Any comparer) {
  if (!call.host().lookup(comparer.value, "less")) return Value::of(false);
  for (std::size_t i = x.size(); i > 1; --i) {
    Answer answer = call.host().less(comparer.value, x[i - 1], x[i - 2]);
    // An error counts as "less", as the peer has it: the list is then not sorted.
    if (!answer.ok() || answer.value.boolean) return Value::of(false);
  }
  return Value::of(true);
}

bool isSortedStrings(const Strings& strings) {
  return std::is_sorted(strings.items.begin(), strings.items.end());
}

/// A list parameter that is handed over as it is, because it matters whether it is open.
constexpr Param kListAsIs{kList, Passing::Handle};
constexpr Param kItemsParams[] = {kListAsIs, {kInt, Passing::Scalar}};

constexpr Function withParams(Function entry, std::span<const Param> params) {
  entry.params = params;
  return entry;
}

constexpr Function kFunctions[] = {
    function<&drop>("Drop", kList),
    function<&flattenN>("FlattenN", kList),
    function<&repeat>("Repeat", kList),
    function<&concat>("Concat", kList),
    function<&take>("Take", kList),
    function<&slice>("Slice", kList),
    function<&reverse>("Reverse", kList),
    withParams(function<&minItems>("MinItems", kBool), kItemsParams),
    withParams(function<&maxItems>("MaxItems", kBool), kItemsParams),
    function<&uniqueItems>("UniqueItems", kBool),
    function<&contains>("Contains", kBool),
    nonConcrete(function<&matchN>("MatchN", kBool)),
    function<&avg>("Avg", kNumber),
    function<&max>("Max", kNumber),
    function<&min>("Min", kNumber),
    function<&product>("Product", kNumber),
    function<&range>("Range", kList),
    function<&sum>("Sum", kNumber),
    function<&sortBy>("Sort", kList),
    function<&sortBy>("SortStable", kList),
    function<&sortStrings>("SortStrings", kList),
    function<&isSorted>("IsSorted", kBool),
    function<&isSortedStrings>("IsSortedStrings"),
};

/// Comparers for Sort: `less` tells whether x comes before y.
constexpr std::string_view kSource = R"({
	Comparer: {
		T:    _
		x:    T
		y:    T
		less: bool
	}
	Ascending: {
		Comparer
		T:    number | string
		x:    T
		y:    T
		less: x < y
	}
	Descending: {
		Comparer
		T:    number | string
		x:    T
		y:    T
		less: x > y
	}
})";

}  // namespace

const Package kListPackage{"list", kFunctions, {}, kSource};

}  // namespace puppis::cue::builtin
