#include "compiler/passes/winograd.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "compiler/ir/ops.h"
#include "compiler/ir/sizes.h"
#include "compiler/passes/tile.h"

namespace lithe::passes {
namespace {

/// What one block may put on the stack: transformed data and products.
constexpr int64_t most_block_bytes = 640 << 10;
/// The same of a block by lines, each of which reads its data again: they stay near.
constexpr int64_t most_lines_bytes = 384 << 10;
/// Cycles for one patch of one vector of channels, per element of the transform, beside those of
/// its multiply-adds, two a cycle: measured at F(4 x 4, 3 x 3).
constexpr double data_start = 0.33, result_start = 0.55;
/// The next loads and stores take a cycle anyway.
constexpr double least_data_cycles = 1;
/// Bytes a cycle that weights come from memory and, again for every further block, from a cache.
constexpr double memory_bytes = 4;
double cache_bytes(double weights) { return weights < (8 << 20) ? 9 : 5; }
/// Cycles for a line of memory between stages, written and read once, where all of them are as many
/// bytes: measured. From a second-level cache at the best, from the next one at the worst.
constexpr double line_cycles = 4, line_stage_bytes = 2 << 20, least_line = 0.5, most_line = 2;
/// So many elements of a patch, each in a place of its own, are written side by side without loss.
constexpr double near_elements = 30;
/// Factor where these places share sets of a cache.
constexpr double shared_sets = 2;
/// Bytes a cycle that the stages' products read weights at, which they ask for a panel ahead, and
/// how much of that (or of the steps, if they are less) shows.
constexpr double stage_weight_bytes = 7, stage_wait = 0.1;
/// Cycles for a vector of filters, per element of its transform, where that is made in every run;
/// and for a vector of sums of some channels that is added to the sums so far. Measured.
constexpr double filter_cycles = 1.8, add_cycles = 1;
/// Bytes a cycle that every panel of them reads data at, where these are more than stay near.
constexpr double far_data_bytes = 24;
constexpr int64_t near_data_bytes = 1 << 20;
/// The sums of a panel, which stay near while it is worked on.
constexpr int64_t most_panel_bytes = 640 << 10;
/// Weights that stay near while all blocks pass.
constexpr double near_bytes = 400 << 10;
/// Factor of blocks whose patches are strided: their code is too long to stay near. Measured.
constexpr double strided_blocks = 2;
/// Factor of blocks by lines, whose lines each start and end. Measured beside stages.
constexpr double lines_factor = 1.12;
/// What each further image of a block by lines adds to its transforms. A guess.
constexpr double image_apart = 0.05;
/// A direct convolution reaches this part of the peak.
constexpr double direct_rate = 0.92;
/// Winograd has to win by this factor: it rounds more.
constexpr double least_gain = 1.12;
/// Cycles of a run that a byte of packed weights has to save: it is made at every start, and stays
/// in memory for good. A trade, not a measurement: of a layer with 512 x 512 filters and 7 x 7
/// pixels F(2 x 2, 3 x 3) saves 0.18 a byte; F(4 x 4) rather than that, with 256 x 256 filters,
/// 0.13 of 16 x 16 pixels and 0.04 of 14 x 14. Filters that are transformed before rather than in
/// every run save 0.04 at F(4 x 4), 0.06 at F(2 x 2), more of many patches.
constexpr double byte_cycles = 0.06;

using ir::ceil_div;

bool is_strided(const WinogradProblem& p) { return p.stride[0] != 1 || p.stride[1] != 1; }

/// Cycles of computing and of waiting for memory overlap, not wholly.
double together(double compute, double memory) {
    return std::max(compute, memory) + 0.3 * std::min(compute, memory);
}

double direct_cycles(const WinogradProblem& p, const Machine& machine) {
    const int64_t lanes = machine.vector_bytes / 4;
    const Tile tile{.rows = 6, .vectors = 2};  // as good as any
    const double rate =
        direct_rate * step_cycles(tile) / often_shared(step_cycles(tile), tile, machine);
    const double weights =
        static_cast<double>(p.taps[0] * p.taps[1] * p.phases * p.channels * p.filters);
    const double columns =
        static_cast<double>(ceil_div(p.filters, lanes) * lanes) / static_cast<double>(p.filters);
    const double products = weights * static_cast<double>(p.images * p.height * p.width);
    return together(products * columns / (2.0 * static_cast<double>(lanes) * rate),
                    weights * 4 / memory_bytes);
}

ir::WinogradAxes axes_of(const WinogradProblem& p, const WinogradPlan& plan) {
    return {plan.tile, p.taps, p.stride};
}

int64_t patches_down(const WinogradProblem& p, const WinogradPlan& plan) {
    return ceil_div(p.height, axes_of(p, plan).down.tile);
}
int64_t patches_across(const WinogradProblem& p, const WinogradPlan& plan) {
    return ceil_div(p.width, axes_of(p, plan).across.tile);
}

/// Multiply-adds of a product with the matrix, per element of a column.
double operations(const ir::WinogradTransforms::Matrix& matrix) {
    int64_t count = 0;
    for (const std::vector<double>& row : matrix) {
        count += std::count_if(row.begin(), row.end(), [](double x) { return x != 0; }) - 1;
    }
    return static_cast<double>(count) / static_cast<double>(matrix[0].size());
}

/// Cycles to transform the data and the results of all patches.
double transform_cycles(const WinogradProblem& p, const WinogradPlan& plan, int64_t patches,
                        int64_t lanes) {
    const ir::WinogradAxes axes = axes_of(p, plan);
    const ir::WinogradTransforms &down = axes.down.transforms(), &across = axes.across.transforms();
    const double data =
        data_start +
        std::max(least_data_cycles, (operations(down.data) + operations(across.data)) / 2);
    // The rows' transform leaves {tile} of its elements for that of the columns.
    const double left = static_cast<double>(axes.down.tile) / static_cast<double>(axes.down.size());
    const double result =
        result_start + (operations(down.result) + left * operations(across.result)) / 2;
    const int64_t panels = ceil_div(p.filters, plan.vectors * lanes);
    return static_cast<double>(p.phases * patches * axes.elements()) *
           (data * static_cast<double>(ceil_div(p.channels, lanes)) +
            result * static_cast<double>(panels * plan.vectors));
}

/// Cycles to write and read what lies between the stages.
double between_cycles(const WinogradProblem& p, const WinogradPlan& plan, int64_t patches,
                      int64_t columns) {
    constexpr int64_t fewest_apart = 8;
    const int64_t elements = axes_of(p, plan).elements();
    const double bytes = 4.0 * static_cast<double>(p.phases * elements * patches) *
                         static_cast<double>(p.channels + columns);
    const int64_t apart = distinct_sets(4 * patches * p.channels);
    return bytes / 64 * line_cycles * std::clamp(bytes / line_stage_bytes, least_line, most_line) *
           std::sqrt(static_cast<double>(elements) / near_elements) *
           (apart < fewest_apart ? shared_sets : 1);
}

int64_t patches_of(const WinogradProblem& p, const WinogradPlan& plan) {
    return p.images * patches_down(p, plan) * patches_across(p, plan);
}

/// Of the packed weights.
int64_t weight_bytes(const WinogradProblem& p, const WinogradPlan& plan, int64_t lanes) {
    const int64_t width = plan.vectors * lanes;
    const int64_t elements = plan.keeps_taps ? p.taps[0] * p.taps[1] : axes_of(p, plan).elements();
    return 4 * p.phases * elements * p.channels * ceil_div(p.filters, width) * width;
}

/// Cycles to transform the filters in a run, to add up the sums of pieces of the channels, and to
/// read the data for every panel.
double late_cycles(const WinogradProblem& p, const WinogradPlan& plan, int64_t lanes) {
    if (!plan.keeps_taps) return 0;
    const ir::WinogradAxes axes = axes_of(p, plan);
    const int64_t patches = patches_of(p, plan), width = plan.vectors * lanes;
    const int64_t vectors = ceil_div(p.filters, width) * plan.vectors;
    const int64_t pieces = p.channels / ir::winograd_piece(axes, patches, p.channels, width);
    const int64_t data_bytes = 4 * axes.elements() * patches * p.channels;
    const auto again = static_cast<double>(data_bytes * ceil_div(p.filters, width));
    return static_cast<double>(axes.elements() * vectors) *
               (filter_cycles * static_cast<double>(p.channels) +
                add_cycles * static_cast<double>(pieces * patches)) +
           (data_bytes > near_data_bytes ? again / far_data_bytes : 0);
}

/// Cycles of the three stages.
double stage_cycles(const WinogradProblem& p, const WinogradPlan& plan, const Machine& machine) {
    const int64_t lanes = machine.vector_bytes / 4;
    const int64_t patches = patches_of(p, plan);
    const int64_t elements = p.phases * axes_of(p, plan).elements();
    const int64_t panels = ceil_div(p.filters, plan.vectors * lanes);
    const TileLimits limits = product_limits(Dim(p.channels));
    const Tile tile{.rows = plan.rows, .vectors = plan.vectors};
    const double loads = limits.row_cycles * static_cast<double>(plan.rows) +
                         limits.vector_cycles * static_cast<double>(plan.vectors);
    const double step = often_shared(step_cycles(tile) + loads, tile, machine);
    const double products =
        step * static_cast<double>(elements * p.channels * panels * ceil_div(patches, plan.rows)) +
        late_cycles(p, plan, lanes);
    const double transforms = transform_cycles(p, plan, patches, lanes);
    const double between = between_cycles(p, plan, patches, panels * plan.vectors * lanes);
    const double reads = static_cast<double>(weight_bytes(p, plan, lanes)) / stage_weight_bytes;
    return std::max(products, reads) + stage_wait * std::min(products, reads) + transforms +
           between;
}

WinogradPlan plan_in_stages(const WinogradProblem& p, int64_t tile, const Machine& machine) {
    WinogradPlan plan{.tile = tile, .in_stages = true};
    const int64_t patches = patches_of(p, plan);
    const Tile chosen =
        ranked_tiles(Dim(patches), Dim(p.filters), machine, product_limits(Dim(p.channels)))[0];
    plan.rows = chosen.rows;
    plan.vectors = chosen.vectors;
    return plan;
}

/// Tiles of rows that leave none over, of panels whose filters stay near.
std::vector<WinogradPlan> plans_of_taps(const WinogradProblem& p, int64_t tile,
                                        const Machine& machine) {
    WinogradPlan plan{.tile = tile, .in_stages = true, .keeps_taps = true};
    std::vector<WinogradPlan> plans;
    if (p.phases > 1 || !p.has_known_batch) return plans;
    const ir::WinogradAxes axes = axes_of(p, plan);
    const int64_t patches = patches_of(p, plan);
    const int64_t most = std::min(patches, most_rows(Dim(p.channels)));
    for (plan.vectors = 1; plan.vectors <= 4; ++plan.vectors) {
        const int64_t width = plan.vectors * machine.vector_bytes / 4;
        const int64_t piece = ir::winograd_piece(axes, patches, p.channels, width);
        if (piece == 0 || 4 * axes.elements() * width * patches > most_panel_bytes) continue;
        for (plan.rows = 1; plan.rows <= most; ++plan.rows) {
            const int64_t registers = plan.rows * plan.vectors + plan.vectors + 1;
            if (patches % plan.rows == 0 && registers <= machine.register_count)
                plans.push_back(plan);
        }
    }
    return plans;
}

/// The registers' tile of a plan in blocks.
Tile tile_of_block(const WinogradPlan& plan) {
    const int64_t lines = plan.images * plan.rows;
    return {.rows = plan.by_lines ? plan.columns : lines * plan.columns, .vectors = plan.vectors};
}

double cycles(const WinogradProblem& p, const WinogradPlan& plan, const Machine& machine) {
    if (plan.in_stages) return stage_cycles(p, plan, machine);
    const int64_t lanes = machine.vector_bytes / 4;
    const int64_t across = ceil_div(patches_across(p, plan), plan.columns);
    const int64_t down = ceil_div(patches_down(p, plan), plan.rows);
    const int64_t blocks = across * down * ceil_div(p.images, plan.images);
    const int64_t rows = plan.images * plan.rows * plan.columns,
                  elements = axes_of(p, plan).elements();
    const int64_t panels = ceil_div(p.filters, plan.vectors * lanes);
    const Tile tile = tile_of_block(plan);
    const double step = often_shared(step_cycles(tile), tile, machine) + 0.1;
    const double products =
        step * static_cast<double>(elements * p.channels * panels * (rows / tile.rows));
    // Lines of one image share the pixels between them.
    const double apart = plan.by_lines ? 1 + image_apart * static_cast<double>(plan.images - 1) : 1;
    const double transforms = apart * transform_cycles(p, plan, rows, lanes);
    const double weights =
        4.0 * static_cast<double>(elements * p.channels * panels * plan.vectors * lanes);
    const double again =
        weights > near_bytes ? static_cast<double>(blocks - 1) * weights / cache_bytes(weights) : 0;
    return together(static_cast<double>(blocks) * (products + transforms),
                    weights / memory_bytes + again) *
           (is_strided(p) ? strided_blocks : 1) * (plan.by_lines ? lines_factor : 1);
}

/// Of a run, with what the packed weights have to save.
double cost(const WinogradProblem& p, const WinogradPlan& plan, const Machine& machine) {
    const int64_t lanes = machine.vector_bytes / 4;
    return cycles(p, plan, machine) +
           byte_cycles * static_cast<double>(weight_bytes(p, plan, lanes));
}

bool fits(const WinogradProblem& p, const WinogradPlan& plan, const Machine& machine) {
    const int64_t lanes = machine.vector_bytes / 4;
    const int64_t rows = plan.images * plan.rows * plan.columns,
                  elements = axes_of(p, plan).elements();
    const int64_t bytes = 4 * elements * rows * (p.channels + plan.vectors * lanes);
    return rows <= 16 &&
           registers_of_rows(tile_of_block(plan), machine) <= machine.register_count &&
           bytes <= (plan.by_lines ? most_lines_bytes : most_block_bytes);
}

std::vector<WinogradPlan> plans_in_blocks(const WinogradProblem& p, int64_t tile,
                                          const Machine& machine) {
    WinogradPlan plan{.tile = tile};
    const int64_t most_images = p.has_known_batch ? std::min<int64_t>(p.images, 4) : 1;
    const int64_t most_columns = std::min<int64_t>(patches_across(p, plan), 14);
    const int64_t most_rows = std::min<int64_t>(patches_down(p, plan), 14);
    std::vector<WinogradPlan> plans;
    for (plan.vectors = 1; plan.vectors <= 4; ++plan.vectors) {
        for (plan.columns = 1; plan.columns <= most_columns; ++plan.columns) {
            for (plan.rows = 1; plan.rows <= most_rows; ++plan.rows) {
                for (plan.images = 1; plan.images <= most_images; ++plan.images) {
                    plan.by_lines = false;
                    if (fits(p, plan, machine)) plans.push_back(plan);
                    plan.by_lines = machine.has_few_registers() && plan.images * plan.rows > 1;
                    if (plan.by_lines && fits(p, plan, machine)) plans.push_back(plan);
                }
            }
        }
    }
    return plans;
}

/// The patches that there are transforms for.
std::vector<int64_t> tiles_of(const WinogradProblem& p) {
    constexpr int64_t most_pixels = 10;  // of a patch along an axis: all is unrolled
    std::vector<int64_t> tiles;
    for (const int64_t tile : {4, 3, 2}) {
        const ir::WinogradAxes axes(tile, p.taps, p.stride);
        bool fits = p.taps[0] > 1 || p.taps[1] > 1;
        for (const auto& [axis, places] :
             {std::pair(axes.down, p.height), {axes.across, p.width}}) {
            const bool saves = axis.taps > axis.stride && places > 1;
            fits &= axis.taps == 1 ? axis.stride == 1 : saves;
            fits &= axis.size() <= most_pixels &&
                    ir::has_winograd_transforms(axis.tile, axis.taps, axis.stride);
        }
        if (fits) tiles.push_back(tile);
    }
    return tiles;
}

}  // namespace

std::string WinogradPlan::str() const {
    if (in_stages) {
        return "winograd " + std::to_string(tile) + ", stages" +
               (keeps_taps ? " of taps, " : ", ") + Tile{rows, vectors}.str();
    }
    return "winograd " + std::to_string(tile) + ", block " + std::to_string(images) + "x" +
           std::to_string(rows) + "x" + std::to_string(columns) + (by_lines ? " by lines" : "") +
           ", " + std::to_string(vectors) + " vectors";
}

bool can_have_plans(const WinogradProblem& p) {
    constexpr int64_t most_phases = 16;  // of which one patch lies on the stack
    return p.phases <= most_phases && !tiles_of(p).empty() && p.images > 0 && p.channels >= 8 &&
           p.filters >= 8;
}

std::optional<WinogradProblem> winograd_problem(const ir::Node& conv, Dilation dilation) {
    const Attrs& attrs = conv.attrs();
    const TensorType &w = conv.input(1).type(), &y = conv.type();
    if (y.rank() != 4 || !attrs.get_dim("groups").is_constant(1)) return {};
    if (dilation == Dilation::one && !ir::all_are(attrs.get_shape("dilation"), 1)) return {};
    for (const Dim& size : w.shape) {
        if (!size.is_constant()) return {};
    }
    if (!y.size(2).is_constant() || !y.size(3).is_constant()) return {};
    WinogradProblem p;
    p.has_known_batch = y.size(0).is_constant();
    if (p.has_known_batch) p.images = y.size(0).constant();
    p.height = y.size(2).constant();
    p.width = y.size(3).constant();
    p.channels = w.size(1).constant();
    p.filters = w.size(0).constant();
    p.taps = {w.size(2).constant(), w.size(3).constant()};
    p.stride = attrs.get_ints("stride");
    return can_have_plans(p) ? std::optional(p) : std::nullopt;
}

std::vector<WinogradPlan> ranked_winograd_plans(const WinogradProblem& p, const Machine& machine) {
    if (machine.exact) return {};
    std::vector<WinogradPlan> all;
    for (const int64_t tile : tiles_of(p)) {
        all.push_back(plan_in_stages(p, tile, machine));
        const std::vector<WinogradPlan> of_taps = plans_of_taps(p, tile, machine);
        all.insert(all.end(), of_taps.begin(), of_taps.end());
        if (p.phases > 1) continue;
        const std::vector<WinogradPlan> blocks = plans_in_blocks(p, tile, machine);
        all.insert(all.end(), blocks.begin(), blocks.end());
    }
    for (WinogradPlan& plan : all) plan.cost = cost(p, plan, machine);
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.cost < b.cost; });
    std::vector<WinogradPlan> plans;
    std::set<int64_t> kinds;
    constexpr size_t most_plans = 64;  // those further back of a kind differ in little
    for (const WinogradPlan& plan : all) {
        if (kinds.insert(plan.kind()).second || plans.size() < most_plans) plans.push_back(plan);
    }
    return plans;
}

double direct_cost(const WinogradProblem& p, const Machine& machine) {
    const int64_t lanes = machine.vector_bytes / 4;
    const int64_t bytes =
        4 * p.phases * p.taps[0] * p.taps[1] * p.channels * ceil_div(p.filters, lanes) * lanes;
    return direct_cycles(p, machine) + byte_cycles * static_cast<double>(bytes);
}

bool winograd_pays(const WinogradProblem& p, double cost, const Machine& machine) {
    return cost < direct_cost(p, machine) / least_gain;
}

}  // namespace lithe::passes
