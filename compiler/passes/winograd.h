#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/ir/winograd.h"
#include "compiler/passes/pass.h"

namespace lithe::passes {

/// How a convolution is done by winograd_conv: patches of `tile` x `tile` results, blocks of
/// images x rows x columns patches, panels of `vectors` registers of filters; the sums of a block
/// are one tile of registers, or one for each of its lines. Or, where one block after the other
/// would read the filters from far away too often, in stages for all patches at once:
/// winograd_data, one product with tiles of `rows`, winograd_result. The filters of stages may also
/// be kept as they are and transformed in every run: winograd_products.
struct WinogradPlan {
    int64_t tile = 4, images = 1, rows = 1, columns = 1, vectors = 2;
    bool by_lines = false, in_stages = false, keeps_taps = false;
    double cost = 0;  ///< estimated cycles of a run, and what its packed weights cost

    /// Plans of one kind differ in their blocks and tiles alone. More than 0.
    int64_t kind() const { return 4 * tile + (keeps_taps ? 2 : in_stages ? 1 : 0); }
    /// `winograd 4, block 1x2x7, 2 vectors`, `winograd 4, block 1x2x6 by lines, 2 vectors`,
    /// `winograd 4, stages, tile 10x2` or `winograd 4, stages of taps, tile 8x2`
    std::string str() const;
};

/// A convolution of one group, or `phases` of them on the same image.
struct WinogradProblem {
    int64_t images = 1, height = 0, width = 0;  ///< of the result
    int64_t channels = 0, filters = 0;          ///< of one phase
    Sizes taps{3, 3}, stride{1, 1};
    int64_t phases = 1;
    bool has_known_batch = true;
};

/// Whether there are plans: transforms for the taps and strides, and channels enough.
bool can_have_plans(const WinogradProblem& problem);

/// Whether a problem is asked for as it is, or as if nothing lay between the taps.
enum class Dilation { one, ignored };

/// The problem of a conv of two spatial axes; none where no plan is possible, or without
/// dilation 1, one group, known image size.
std::optional<WinogradProblem> winograd_problem(const ir::Node& conv,
                                                Dilation dilation = Dilation::one);

/// The plans that are possible, the one with the least cost first. None where `machine.exact`; of
/// several phases those in stages alone.
std::vector<WinogradPlan> ranked_winograd_plans(const WinogradProblem& problem,
                                                const Machine& machine);

/// Whether an estimate says that a plan of this cost beats the direct form of the problem.
bool winograd_pays(const WinogradProblem& problem, double cost, const Machine& machine);

/// What the direct form costs, as a plan's cost.
double direct_cost(const WinogradProblem& problem, const Machine& machine);

/// The nodes of a plan: image[n, h, w, c], filters[K, c, taps...], perhaps a bias; the result has
/// its channels last.
struct WinogradOperands {
    ir::Value image, filters, bias;
    Shape pad_begin, pad_end, stride;
};
/// `mark` adds what a tuning has to find again to the attributes of a part or of the last node.
using WinogradMark = std::function<Attrs(Attrs, bool is_part)>;

/// `more`: of the nodes in stages, for phases.
ir::Value add_winograd(ir::Graph& graph, const WinogradOperands& operands, const WinogradPlan& plan,
                       const Machine& machine, const WinogradMark& mark, const Attrs& more = {});

}  // namespace lithe::passes
