#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/trace/generalize.h"

namespace lithe::tracing {

/// A number that is `factor * function(size)`.
struct SizeNumber {
    enum class Function { power, log };
    double factor = 1;
    Dim size;
    Function function = Function::power;
    double exponent = 1;  ///< of a power: 1, -1, 1/2 or -1/2
};

/// Finds the expressions of named sizes that numbers seen in several recordings come from.
class SizeSolver {
public:
    SizeSolver(const std::vector<std::string>& symbols, const std::vector<Recording>& recordings)
        : symbols_(symbols), recordings_(recordings) {}

    /// The expression that explains what every recording has at one place. Errors: Unsolved.
    Dim solve(std::vector<Dim> seen, const ir::Node& node, const std::string& what) const;

    /// What explains numbers that are no integers: `0.5 * H * W`, `1 / sqrt(T)`, `log(T)`.
    std::optional<SizeNumber> number(const std::vector<double>& seen) const;

    /// Says at which line of the author's code what does not generalise. Errors:
    /// trace.not_general.
    [[noreturn]] void refuse(const ir::Node& node, const std::string& what) const;
    std::string sizes_text(size_t recording) const;

private:
    /// A size and what it is in every recording.
    struct Known {
        Dim size;
        std::vector<int64_t> values;
    };
    static constexpr size_t most_told = 8;  ///< of the values in a message
    using Accept = std::function<std::optional<Dim>(const Dim&)>;

    [[noreturn]] void fail(const std::vector<Dim>& seen, const ir::Node& node,
                           const std::string& what) const;
    std::string line_of(const ir::Node& node) const;
    bool explains(const Dim& result, const std::vector<Dim>& seen) const;
    std::optional<Dim> sum(const std::vector<Dim>& seen) const;
    std::optional<Dim> sum_from(size_t s, const Dim& so_far, const std::vector<Dim>& seen) const;
    std::optional<Dim> term_of(size_t s, const std::vector<Dim>& seen, const Dim& part) const;
    std::vector<Dim> escaped_of(size_t s) const;
    std::optional<Dim> product(const std::vector<Dim>& seen) const;
    std::optional<Dim> product_from(size_t s, const Dim& so_far, const std::vector<double>& seen,
                                    const Accept& accept) const;
    std::vector<Dim> factors_of(size_t s, const std::vector<double>& seen) const;
    bool is_multiple(const std::vector<double>& seen, const Dim& size) const;
    std::optional<Dim> part(const std::vector<Dim>& seen) const;
    std::optional<Dim> rounded_part(const Known& line, const std::vector<int64_t>& seen,
                                    const std::vector<Known>& sizes) const;
    std::optional<Dim> multiple_of_one(const std::vector<int64_t>& seen,
                                       const std::vector<Known>& sizes) const;
    std::optional<Known> known(const Dim& size) const;
    std::vector<Known> known_sizes() const;
    std::vector<Known> lines(const std::vector<Known>& sizes) const;
    std::optional<int64_t> value_at(const Dim& dim, size_t recording) const;
    int64_t sample(size_t recording, size_t symbol) const;

    const std::vector<std::string>& symbols_;
    const std::vector<Recording>& recordings_;
};

}  // namespace lithe::tracing
