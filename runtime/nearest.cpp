#include "runtime/nearest.h"

#include <algorithm>
#include <vector>

#include "runtime/text.h"

namespace lithe {
namespace {

/// The number of edits between two names (Damerau, Levenshtein; neighbours are swapped once).
size_t edits(std::string_view a, std::string_view b) {
    std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view name, std::span<const std::string_view> known) {
    constexpr size_t longest = 200;
    if (name.size() > longest) return {};
    size_t most = std::max<size_t>(name.size() / 3, 1);
    std::string_view best;
    for (const std::string_view candidate : known) {
        const size_t difference = candidate.size() > name.size() ? candidate.size() - name.size()
                                                                 : name.size() - candidate.size();
        if (candidate.empty() || difference > most) continue;
        const size_t count = edits(name, candidate);
        if (count < most || (count == most && best.empty())) {
            best = candidate;
            most = count;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> known) {
    const std::string_view best = nearest(name, known);
    return best.empty() ? std::string() : concat({"; did you mean ", quote(best), "?"});
}

namespace {

/// `module.` where all missing keys are among the unexpected ones behind it, as those of a model
/// that was wrapped, or of a state_dict in a dict; else empty.
std::string common_prefix(std::span<const std::string> missing,
                          std::span<const std::string> unexpected) {
    for (const std::string& key : unexpected) {
        if (!key.ends_with(concat({".", missing[0]}))) continue;
        const std::string prefix = key.substr(0, key.size() - missing[0].size());
        const bool has_all = std::all_of(missing.begin(), missing.end(), [&](const auto& name) {
            return std::find(unexpected.begin(), unexpected.end(), prefix + name) !=
                   unexpected.end();
        });
        if (has_all) return prefix;
    }
    return {};
}

}  // namespace

std::string key_hint(std::span<const std::string> missing,
                     std::span<const std::string> unexpected) {
    if (missing.empty()) return {};
    if (const std::string prefix = common_prefix(missing, unexpected); !prefix.empty()) {
        return concat({"The missing keys are there with \"", prefix, "\" in front."});
    }
    if (unexpected.size() != 1) return {};
    const std::vector<std::string_view> known(missing.begin(), missing.end());
    const std::string_view best = nearest(unexpected[0], known);
    return best.empty() ? std::string() : concat({"Did you mean \"", best, "\"?"});
}

}  // namespace lithe
