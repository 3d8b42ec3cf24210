#include "dsl/reflect.h"

#include <map>
#include <mutex>
#include <shared_mutex>

#include "runtime/error.h"

namespace lithe {
namespace {

struct Entry {
    ClassDescriptor descriptor;
    std::string conflict;  ///< the message, once a source has disagreed
};

/// Entries never move or go away: descriptors are handed out by address.
struct Registry {
    std::shared_mutex mutex;
    std::map<std::type_index, Entry> classes;
};

Registry& registry() {
    static Registry instance;
    return instance;
}

std::string fields_text(const ClassDescriptor& descriptor) {
    std::string text;
    for (const FieldDescriptor& field : descriptor.fields) {
        text += (text.empty() ? "" : ", ") + field.name;
    }
    return text.empty() ? "no fields" : text;
}

/// Paths are left out: a header may be reached by several.
bool agree(const ClassDescriptor& a, const ClassDescriptor& b) {
    const auto same_field = [](const FieldDescriptor& x, const FieldDescriptor& y) {
        return x.name == y.name && x.line == y.line;
    };
    const auto same_base = [](const BaseDescriptor& x, const BaseDescriptor& y) {
        return x.type == y.type;
    };
    return a.line == b.line &&
           std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(),
                      same_field) &&
           std::equal(a.bases.begin(), a.bases.end(), b.bases.begin(), b.bases.end(), same_base);
}

std::string conflict_text(const ClassDescriptor& a, const ClassDescriptor& b) {
    const auto place = [](const ClassDescriptor& x) {
        return x.file + ":" + std::to_string(x.line) + " (" + fields_text(x) + ")";
    };
    return "reflect: two different classes are named '" + a.name + "': " + place(a) + " and " +
           place(b);
}

using Visited = std::vector<std::pair<std::type_index, void*>>;

void visit_once(const ClassDescriptor& descriptor, void* object, const std::string& prefix,
                FieldVisitor& visitor, Visited& visited) {
    const std::pair<std::type_index, void*> subobject{descriptor.type, object};
    if (std::find(visited.begin(), visited.end(), subobject) != visited.end()) return;
    visited.push_back(subobject);

    for (const BaseDescriptor& base : descriptor.bases) {
        if (const ClassDescriptor* known = find_class(base.type)) {
            visit_once(*known, base.upcast(object), prefix, visitor, visited);
        }
    }
    for (const FieldDescriptor& field : descriptor.fields) {
        field.visit(object, prefix + field.name, visitor);
    }
}

}  // namespace

void register_class(ClassDescriptor descriptor) {
    Registry& known = registry();
    const std::unique_lock lock(known.mutex);
    const auto [entry, is_new] = known.classes.try_emplace(descriptor.type, Entry{descriptor, {}});
    ClassDescriptor& first = entry->second.descriptor;
    if (is_new || !descriptor.is_complete) return;
    if (!first.is_complete) {
        first = std::move(descriptor);
    } else if (!agree(first, descriptor)) {
        // Thrown where the class is used: an exception before main() would only abort.
        entry->second.conflict = conflict_text(first, descriptor);
    }
}

const ClassDescriptor* find_class(std::type_index type) {
    Registry& known = registry();
    const std::shared_lock lock(known.mutex);
    const auto entry = known.classes.find(type);
    if (entry == known.classes.end()) return nullptr;
    if (!entry->second.conflict.empty()) {
        throw UserError("reflect.conflict", entry->second.conflict);
    }
    return &entry->second.descriptor;
}

void visit_fields(const ClassDescriptor& descriptor, void* object, const std::string& prefix,
                  FieldVisitor& visitor) {
    Visited visited;  // a virtual base is reached along several ways
    visit_once(descriptor, object, prefix, visitor, visited);
}

}  // namespace lithe
