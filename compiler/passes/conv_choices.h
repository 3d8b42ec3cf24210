#pragma once

#include <string>
#include <variant>
#include <vector>

#include "compiler/passes/tile.h"
#include "compiler/passes/winograd.h"

namespace lithe::passes {

/// The ways to compute a convolution, the model's choice first.
class ConvChoices {
public:
    ConvChoices() = default;
    /// `prefers_plans`: those come before the tiles of the direct form.
    ConvChoices(const std::vector<Tile>& tiles, const std::vector<WinogradPlan>& plans,
                bool prefers_plans) {
        if (!prefers_plans) add(tiles);
        add(plans);
        if (prefers_plans) add(tiles);
    }

    const std::vector<std::string>& names() const { return names_; }
    /// The plan of a choice; null where it is a tile.
    const WinogradPlan* plan(size_t at) const { return std::get_if<WinogradPlan>(&ways_[at]); }
    const Tile& tile(size_t at) const { return std::get<Tile>(ways_[at]); }

private:
    template <class Way>
    void add(const std::vector<Way>& ways) {
        for (const Way& way : ways) {
            ways_.emplace_back(way);
            names_.push_back(way.str());
        }
    }

    std::vector<std::variant<Tile, WinogradPlan>> ways_;
    std::vector<std::string> names_;
};

}  // namespace lithe::passes
