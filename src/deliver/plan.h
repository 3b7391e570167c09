// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/diff.h"
#include "data/path.h"
#include "data/value.h"
#include "deliver/inventory.h"
#include "deliver/labels.h"
#include "deliver/object_id.h"

/// What must be done, decided from three facts and nothing else. No function here reads a clock, a file or a
/// network, so a preview and the controller cannot disagree.
namespace puppis::deliver {

/// What of an object stays as it is found.
struct Untouched {
  bool whole = false;  ///< all of it, and it is not made again when it is gone
  std::vector<data::Path> paths;
  [[nodiscard]] bool any() const { return whole || !paths.empty(); }
};

/// An object that the Application wants to be.
struct Desired {
  data::Value object;  ///< whole, with its namespace and the owner's labels
  std::string component;
  std::string trait;
  std::string cluster = "local";
  bool takeOver = false;           ///< may adopt an object that nobody owns
  bool readOnly = false;           ///< is only looked at
  bool keep = false;               ///< is let go of instead of deleted when no longer wanted
  bool shared = false;             ///< may be wanted by several Applications; the first one's form counts
  Untouched leftWhenUpdated = {};  ///< while a new form of the Application is brought out
  Untouched leftWhenKept = {};     ///< afterwards
  std::vector<data::Path> recreate = {};  ///< a change below one of them deletes the object and makes it anew
  std::string hold;  ///< why it may not be touched yet (waits for another component); "" when it may
};

/// What exists, as one snapshot: an object that is not in it does not exist.
using Live = std::map<ObjectId, data::Value>;

enum class Verb : std::uint8_t {
  Create,
  Update,  ///< by a merge patch
  Keep,    ///< is as it should be
  Delete,
  Release,   ///< not ours to delete or not to be deleted: only the owner's labels go, where they are on it
  Forget,    ///< gone or somebody else's: leaves the inventory
  Wait,      ///< on hold, or still being deleted
  Conflict,  ///< wanted, but it belongs to somebody else
};
std::string_view verbName(Verb verb);

struct Action {
  Verb verb = Verb::Keep;
  ObjectId id;
  std::string version;  ///< API version to speak of it
  std::string component;
  std::string reason;                 ///< in words, where there is something to say
  data::Value body;                   ///< Create: the object; Update, Release: the merge patch
  std::vector<data::Change> changes;  ///< Update: field by field
  std::string uid;                    ///< Update, Delete, Release: of the object that was looked at
  std::string resourceVersion;        ///< Delete: likewise
  int rank = 0;                       ///< actions of a lower rank come first
  bool recreates = false;             ///< Delete of an object that is wanted, to make it anew
};

struct Plan {
  /// In the order they are to be carried out: creations and updates by the order of kinds, then deletions by
  /// the reverse order.
  std::vector<Action> actions;
  /// What must be on record before any action is carried out: everything recorded and not known to be gone,
  /// and everything to be created.
  Inventory inventory;

  [[nodiscard]] bool has(Verb verb) const;
  /// Whether nothing is to be done.
  [[nodiscard]] bool quiet() const;
};

/// Says of an object that is not as desired whether the difference is known not to go away: the server
/// already answered this very wish by leaving the object as it is (it writes a value its own way). May be
/// empty.
using Settled = std::function<bool(const ObjectId& id, const data::Value& desired, const data::Value& live)>;

/// What becomes of an object that is on record and no longer wanted.
enum class Retention : std::uint8_t {
  Delete,
  UntilTheEnd,  ///< stays until the Application is deleted
  LetGo,        ///< stays for ever; only the owner's marks go
};

/// What a plan follows besides its three facts.
struct Rules {
  Settled settled = {};
  /// Whether the Application's present form was brought out before, and is only kept up.
  bool keepsUp = false;
  /// Whether the Application itself goes.
  bool ending = false;
  /// Empty: everything is deleted.
  std::function<Retention(const ObjectId& id, const InventoryEntry& entry)> retention = {};
};

/// The plan that brings `live` to `desired`. Without `desired` (it could not be determined) nothing is
/// created, changed or deleted. Rules:
///  - an object that `desired` names is never deleted, whatever the inventory says of it;
///  - only an object whose uid is in the inventory, and whose labels still name the owner, is deleted, with
///  that uid and
///    version as the delete's preconditions; an uid that the plan itself adds (an object with our labels that
///    was recorded before it was made) is recorded first, as `inventory` is;
///  - an existing object becomes ours only if its labels name us, or nobody and `takeOver` is set;
///  - an object that another Application owns and shares is left in that one's form; our name is added to its
///  sharers, and taken off when we no longer want it. Our own shared object goes to the next sharer.
Result<Plan> makePlan(const Owner& owner, const std::optional<std::vector<Desired>>& desired,
                      const Inventory& inventory, const Live& live, const Rules& rules = {});

/// The place of a kind in the order of creation: what others need first.
int rankOf(const ObjectId& id);

}  // namespace puppis::deliver
