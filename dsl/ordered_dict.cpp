#include "dsl/ordered_dict.h"

#include <algorithm>
#include <numeric>

#include "runtime/text.h"

namespace lithe {
namespace {

/// Levenshtein's distance.
size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string nearest_name(const std::string& wanted, const std::vector<std::string>& known) {
    std::string best;
    size_t best_distance = std::max<size_t>(2, wanted.size() / 3) + 1;
    for (const std::string& name : known) {
        const size_t distance = edit_distance(wanted, name);
        if (distance < best_distance) {
            best = name;
            best_distance = distance;
        }
    }
    return best;
}

std::string did_you_mean(const std::string& wanted, const std::vector<std::string>& known) {
    const std::string name = nearest_name(wanted, known);
    return name.empty() ? "" : "; did you mean " + quote(name) + "?";
}

namespace detail {

void throw_unknown_key(const std::string& subject, const std::string& key,
                       const std::vector<std::string>& known) {
    throw UserError("ordered_dict.unknown_key",
                    subject + " " + quote(key) + " is not defined" + did_you_mean(key, known));
}

void throw_duplicate_key(const std::string& subject, const std::string& key) {
    throw UserError("ordered_dict.duplicate_key", subject + " " + quote(key) + " already defined");
}

}  // namespace detail
}  // namespace lithe
