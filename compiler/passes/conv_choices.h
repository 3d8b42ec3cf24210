#pragma once

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "compiler/passes/tile.h"
#include "compiler/passes/tuning.h"
#include "compiler/passes/winograd.h"

namespace lithe::passes {

/// The ways to compute a convolution, the model's choice first. Then come the best of each other
/// kind (the direct form; each size of patches, in blocks and in stages), then the second best: who
/// tries a few of them tries different ones.
class ConvChoices {
public:
    explicit ConvChoices(std::vector<Tile> tiles) : ConvChoices(std::move(tiles), {}, false, 0) {}
    /// `prefers_plans`: those come before the tiles of the direct form, the first of which has
    /// `direct_cost` as its cost.
    ConvChoices(std::vector<Tile> tiles, const std::vector<WinogradPlan>& plans, bool prefers_plans,
                double direct_cost) {
        const double unit = plans.empty() || tiles.empty() ? 1 : direct_cost / tiles[0].cost;
        for (Tile& tile : tiles) tile.cost *= unit;
        if (!prefers_plans) add(tiles);
        add(plans);
        if (prefers_plans) add(tiles);
        take_turns();
        for (const auto& form : forms_) {
            ways_.push_back(
                std::visit([](const auto& way) { return Way{way.str(), way.cost}; }, form));
        }
    }

    const std::vector<Way>& ways() const { return ways_; }
    /// The plan of a choice; null where it is a tile.
    const WinogradPlan* plan(size_t at) const { return std::get_if<WinogradPlan>(&forms_[at]); }
    const Tile& tile(size_t at) const { return std::get<Tile>(forms_[at]); }

private:
    using Form = std::variant<Tile, WinogradPlan>;

    template <class Forms>
    void add(const Forms& forms) {
        forms_.insert(forms_.end(), forms.begin(), forms.end());
    }

    static int64_t kind_of(const Form& form) {
        const auto* plan = std::get_if<WinogradPlan>(&form);
        return plan ? plan->kind() : 0;
    }

    void take_turns() {
        std::vector<int64_t> kinds;               // in the order in which they appear
        std::vector<std::vector<Form>> forms_of;  // of each of them
        for (const Form& form : forms_) {
            const auto at = std::find(kinds.begin(), kinds.end(), kind_of(form));
            const auto index = static_cast<size_t>(at - kinds.begin());
            if (at == kinds.end()) {
                kinds.push_back(kind_of(form));
                forms_of.emplace_back();
            }
            forms_of[index].push_back(form);
        }
        const size_t count = forms_.size();
        forms_.clear();
        for (size_t turn = 0; forms_.size() < count; ++turn) {
            for (const std::vector<Form>& forms : forms_of) {
                if (turn < forms.size()) forms_.push_back(forms[turn]);
            }
        }
    }

    std::vector<Form> forms_;
    std::vector<Way> ways_;
};

}  // namespace lithe::passes
