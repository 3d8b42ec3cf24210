#pragma once

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "compiler/passes/tile.h"
#include "compiler/passes/winograd.h"

namespace lithe::passes {

/// The ways to compute a convolution, the model's choice first. Then come the best of each other
/// kind (the direct form; each size of patches, in blocks and in stages), then the second best: who
/// tries a few of them tries different ones.
class ConvChoices {
public:
    ConvChoices() = default;
    /// `prefers_plans`: those come before the tiles of the direct form.
    ConvChoices(const std::vector<Tile>& tiles, const std::vector<WinogradPlan>& plans,
                bool prefers_plans) {
        if (!prefers_plans) add(tiles);
        add(plans);
        if (prefers_plans) add(tiles);
        take_turns();
        for (const auto& way : ways_)
            names_.push_back(std::visit([](const auto& w) { return w.str(); }, way));
    }

    const std::vector<std::string>& names() const { return names_; }
    /// The plan of a choice; null where it is a tile.
    const WinogradPlan* plan(size_t at) const { return std::get_if<WinogradPlan>(&ways_[at]); }
    const Tile& tile(size_t at) const { return std::get<Tile>(ways_[at]); }

private:
    using Way = std::variant<Tile, WinogradPlan>;

    template <class Ways>
    void add(const Ways& ways) {
        ways_.insert(ways_.end(), ways.begin(), ways.end());
    }

    static int64_t kind_of(const Way& way) {
        const auto* plan = std::get_if<WinogradPlan>(&way);
        return plan ? plan->kind() : 0;
    }

    void take_turns() {
        std::vector<int64_t> kinds;             // in the order in which they appear
        std::vector<std::vector<Way>> ways_of;  // of each of them
        for (const Way& way : ways_) {
            const auto at = std::find(kinds.begin(), kinds.end(), kind_of(way));
            const auto index = static_cast<size_t>(at - kinds.begin());
            if (at == kinds.end()) {
                kinds.push_back(kind_of(way));
                ways_of.emplace_back();
            }
            ways_of[index].push_back(way);
        }
        const size_t count = ways_.size();
        ways_.clear();
        for (size_t turn = 0; ways_.size() < count; ++turn) {
            for (const std::vector<Way>& ways : ways_of) {
                if (turn < ways.size()) ways_.push_back(ways[turn]);
            }
        }
    }

    std::vector<Way> ways_;
    std::vector<std::string> names_;
};

}  // namespace lithe::passes
