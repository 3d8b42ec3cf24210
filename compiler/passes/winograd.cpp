#include "compiler/passes/winograd.h"

#include <algorithm>
#include <optional>

#include "compiler/passes/tile.h"

namespace lithe::passes {
namespace {

/// What one block may put on the stack: transformed data and products.
constexpr int64_t most_block_bytes = 640 << 10;
/// Cycles for one patch of one vector of channels, per element of the transform: measured.
constexpr double data_cycles = 3.0, result_cycles = 2.5;
/// Bytes a cycle that weights come from memory and, again for every further block, from a cache.
constexpr double memory_bytes = 4;
double cache_bytes(double weights) { return weights < (8 << 20) ? 9 : 5; }
/// Bytes a cycle of data between stages, written and read in order, and what stays near.
constexpr double stage_bytes = 8, near_stage_bytes = 512 << 10;
/// Bytes a cycle that the stages' products read weights at, which they ask for a panel ahead, and
/// how much of that (or of the steps, if they are less) shows.
constexpr double stage_weight_bytes = 7, stage_wait = 0.1;
/// Weights that stay near while all blocks pass.
constexpr double near_bytes = 400 << 10;
/// A direct convolution reaches this part of the peak.
constexpr double direct_rate = 0.92;
/// Winograd has to win by this factor: it rounds more and its weights are larger.
constexpr double least_gain = 1.12;

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

struct Problem {
    int64_t images = 1, height = 0, width = 0, channels = 0, filters = 0;
    bool has_known_batch = true;
};

bool all_are(const Shape& shape, int64_t value) {
    return std::all_of(shape.begin(), shape.end(),
                       [&](const Dim& d) { return d.is_constant(value); });
}

std::optional<Problem> problem_of(const ir::Node& conv) {
    const Attrs& attrs = conv.attrs();
    const TensorType &w = conv.input(1).type(), &y = conv.type();
    if (y.rank() != 4 || !w.size(2).is_constant(3) || !w.size(3).is_constant(3)) return {};
    if (!all_are(attrs.get_shape("stride"), 1) || !all_are(attrs.get_shape("dilation"), 1))
        return {};
    if (!y.size(2).is_constant() || !y.size(3).is_constant()) return {};
    Problem p;
    p.has_known_batch = y.size(0).is_constant();
    if (p.has_known_batch) p.images = y.size(0).constant();
    p.height = y.size(2).constant();
    p.width = y.size(3).constant();
    p.channels = w.size(1).constant();
    p.filters = w.size(0).constant();
    if (p.images < 1 || p.height < 2 || p.width < 2 || p.channels < 8 || p.filters < 8) return {};
    return p;
}

/// Cycles of computing and of waiting for memory overlap, not wholly.
double together(double compute, double memory) {
    return std::max(compute, memory) + 0.3 * std::min(compute, memory);
}

double direct_cycles(const Problem& p, int64_t lanes) {
    const double weights = 9.0 * static_cast<double>(p.channels * p.filters);
    const double columns =
        static_cast<double>(ceil_div(p.filters, lanes) * lanes) / static_cast<double>(p.filters);
    const double products = weights * static_cast<double>(p.images * p.height * p.width);
    return together(products * columns / (2.0 * static_cast<double>(lanes) * direct_rate),
                    weights * 4 / memory_bytes);
}

/// Cycles of the three stages.
double stage_cycles(const Problem& p, const WinogradPlan& plan, int64_t lanes) {
    const int64_t patches = p.images * ceil_div(p.height, plan.tile) * ceil_div(p.width, plan.tile);
    const int64_t elements = (plan.tile + 2) * (plan.tile + 2);
    const int64_t panels = ceil_div(p.filters, plan.vectors * lanes);
    const TileLimits limits = product_limits(Dim(p.channels));
    const double step = step_cycles({plan.rows, plan.vectors}) +
                        limits.row_cycles * static_cast<double>(plan.rows) +
                        limits.vector_cycles * static_cast<double>(plan.vectors);
    const double products =
        step * static_cast<double>(elements * p.channels * panels * ceil_div(patches, plan.rows));
    const double transforms = static_cast<double>(patches * elements) *
                              (data_cycles * static_cast<double>(ceil_div(p.channels, lanes)) +
                               result_cycles * static_cast<double>(panels * plan.vectors));
    const double weights =
        4.0 * static_cast<double>(elements * p.channels * panels * plan.vectors * lanes);
    const double between = 4.0 * static_cast<double>(elements * patches) *
                           static_cast<double>(p.channels + panels * plan.vectors * lanes);
    const double far = between > near_stage_bytes ? 2 * between / stage_bytes : 0;
    const double reads = weights / stage_weight_bytes;
    return std::max(products, reads) + stage_wait * std::min(products, reads) + transforms + far;
}

WinogradPlan plan_in_stages(const Problem& p, int64_t tile, const Machine& machine) {
    const int64_t patches = p.images * ceil_div(p.height, tile) * ceil_div(p.width, tile);
    const Tile chosen =
        ranked_tiles(Dim(patches), Dim(p.filters), machine, product_limits(Dim(p.channels)))[0];
    return {.tile = tile, .rows = chosen.rows, .vectors = chosen.vectors, .in_stages = true};
}

double cycles(const Problem& p, const WinogradPlan& plan, int64_t lanes) {
    if (plan.in_stages) return stage_cycles(p, plan, lanes);
    const int64_t across = ceil_div(ceil_div(p.width, plan.tile), plan.columns);
    const int64_t down = ceil_div(ceil_div(p.height, plan.tile), plan.rows);
    const int64_t blocks = across * down * ceil_div(p.images, plan.images);
    const int64_t rows = plan.images * plan.rows * plan.columns,
                  elements = (plan.tile + 2) * (plan.tile + 2);
    const int64_t panels = ceil_div(p.filters, plan.vectors * lanes);
    const auto sums = static_cast<double>(rows * plan.vectors);
    const double step =
        std::max({sums / 2, static_cast<double>(rows + plan.vectors) / 2, 4.0}) + 0.1;
    const double products = step * static_cast<double>(elements * p.channels * panels);
    const double transforms = static_cast<double>(rows * elements) *
                              (data_cycles * static_cast<double>(ceil_div(p.channels, lanes)) +
                               result_cycles * static_cast<double>(panels * plan.vectors));
    const double weights =
        4.0 * static_cast<double>(elements * p.channels * panels * plan.vectors * lanes);
    const double again =
        weights > near_bytes ? static_cast<double>(blocks - 1) * weights / cache_bytes(weights) : 0;
    return together(static_cast<double>(blocks) * (products + transforms),
                    weights / memory_bytes + again);
}

bool fits(const Problem& p, const WinogradPlan& plan, const Machine& machine) {
    const int64_t lanes = machine.vector_bytes / 4;
    const int64_t rows = plan.images * plan.rows * plan.columns,
                  elements = (plan.tile + 2) * (plan.tile + 2);
    const int64_t bytes = 4 * elements * rows * (p.channels + plan.vectors * lanes);
    return rows <= 16 && rows * plan.vectors + plan.vectors + 1 <= machine.register_count &&
           bytes <= most_block_bytes;
}

}  // namespace

std::string WinogradPlan::str() const {
    if (in_stages) {
        return "winograd " + std::to_string(tile) + ", stages, " + Tile{rows, vectors}.str();
    }
    return "winograd " + std::to_string(tile) + ", block " + std::to_string(images) + "x" +
           std::to_string(rows) + "x" + std::to_string(columns) + ", " + std::to_string(vectors) +
           " vectors";
}

std::vector<WinogradPlan> ranked_winograd_plans(const ir::Node& conv, const Machine& machine) {
    const std::optional<Problem> p = problem_of(conv);
    if (!p || machine.exact) return {};
    const int64_t lanes = machine.vector_bytes / 4;
    const int64_t most_images = p->has_known_batch ? std::min<int64_t>(p->images, 4) : 1;
    std::vector<std::pair<double, WinogradPlan>> timed;
    for (const int64_t tile : {4, 2}) {
        const WinogradPlan staged = plan_in_stages(*p, tile, machine);
        timed.emplace_back(cycles(*p, staged, lanes), staged);
        const int64_t most_columns = std::min<int64_t>(ceil_div(p->width, tile), 14);
        const int64_t most_rows = std::min<int64_t>(ceil_div(p->height, tile), 14);
        for (int64_t vectors = 1; vectors <= 4; ++vectors) {
            for (int64_t columns = 1; columns <= most_columns; ++columns) {
                for (int64_t rows = 1; rows <= most_rows; ++rows) {
                    for (int64_t images = 1; images <= most_images; ++images) {
                        const WinogradPlan plan{tile, images, rows, columns, vectors};
                        if (fits(*p, plan, machine))
                            timed.emplace_back(cycles(*p, plan, lanes), plan);
                    }
                }
            }
        }
    }
    std::stable_sort(timed.begin(), timed.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<WinogradPlan> plans;
    constexpr size_t most_plans = 64;  // those further back differ in little but their time
    for (size_t i = 0; i < std::min(timed.size(), most_plans); ++i)
        plans.push_back(timed[i].second);
    return plans;
}

bool winograd_pays(const ir::Node& conv, const WinogradPlan& plan, const Machine& machine) {
    const std::optional<Problem> p = problem_of(conv);
    const int64_t lanes = machine.vector_bytes / 4;
    return p && cycles(*p, plan, lanes) < direct_cycles(*p, lanes) / least_gain;
}

}  // namespace lithe::passes
