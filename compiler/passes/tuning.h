#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/graph.h"

namespace lithe::passes {

/// A way to compute a node.
struct Way {
    std::string name;  ///< `tile 8x3`
    double cost = 0;   ///< estimated, in a unit that all ways of the node share
};

/// Decides between ways to compute a node; without one, the model's choice is taken.
class Tuning {
public:
    virtual ~Tuning() = default;
    /// `problem` says what is computed, `choices` how it can be, the model's first. Gives an index.
    virtual size_t choose(const std::string& problem, const std::vector<std::string>& choices) = 0;
    /// Whether nodes shall carry their problem as attribute `problem`, to be found again.
    virtual bool marks_nodes() const { return false; }
};

/// What a node computes, for which CPU: `x86-64-v4 | conv f32[1, 3, 8, 8] f32[4, 3, 3, 3] {...}`.
std::string problem_of(const ir::Node& node, std::string_view target);

/// What `lithe tune` has found, as text that travels with a project:
///
///     # comment
///     x86-64-v4 | linear f32[8, 784] f32[512, 784] {} | tile 8x3 | 33.1 us | 36.0 us
///
/// CPU, node, choice; then, for readers, the measured times of it and of the model's choice.
class TuningFile : public Tuning {
public:
    struct Entry {
        std::string choice, times;
    };

    /// Errors: tuning.syntax with the line.
    static TuningFile parse(std::string_view text, const std::string& path);
    std::string str() const;

    void set(const std::string& problem, Entry entry) { entries_[problem] = std::move(entry); }
    const std::map<std::string, Entry>& entries() const { return entries_; }

    /// An entry that names no possible choice is stale: it is passed over, and notes() says so.
    size_t choose(const std::string& problem, const std::vector<std::string>& choices) override;
    const std::vector<std::string>& notes() const { return notes_; }

private:
    std::map<std::string, Entry> entries_;
    std::vector<std::string> notes_;
};

}  // namespace lithe::passes
