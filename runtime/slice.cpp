#include "runtime/slice.h"

#include <algorithm>

#include "runtime/size_code.h"

namespace lithe {
namespace {

using artifact::PlanValue;
using artifact::Space;
using artifact::Step;

/// Bytes of one space that are read later on.
struct Range {
    Space space;
    int32_t index;
    int64_t low, high;

    bool overlaps(const Range& other) const {
        return space == other.space && index == other.index && low < other.high && other.low < high;
    }
    bool covers(const Range& other) const {
        return space == other.space && index == other.index && low <= other.low &&
               other.high <= high;
    }
};

class Slicer {
public:
    Slicer(const artifact::Artifact& artifact, const artifact::Plan& plan) : plan_(plan) {
        for (const artifact::Symbol& symbol : artifact.symbols) largest_.push_back(symbol.max);
        find_places();
    }

    std::vector<bool> run(size_t end, std::span<const int32_t> values) {
        std::vector<bool> needed(plan_.steps.size(), false);
        for (const int32_t value : values) need_all(value);
        end = after_loops(end);
        for (size_t i = end; i-- > 0;) {
            const size_t first = first_of(i);
            if (writes_needed(first, i)) {
                std::fill(needed.begin() + static_cast<std::ptrdiff_t>(first),
                          needed.begin() + static_cast<std::ptrdiff_t>(i + 1), true);
                take(first, i);
            }
            i = first;
        }
        return needed;
    }

private:
    /// The end of the loops that step end - 1 is in: their later rounds are needed too.
    size_t after_loops(size_t end) const {
        int depth = 0;
        for (size_t i = 0; i < plan_.steps.size(); ++i) {
            if (i >= end && depth == 0) break;
            depth += plan_.steps[i].kind == Step::Kind::loop_begin;
            depth -= plan_.steps[i].kind == Step::Kind::loop_end;
            end = std::max(end, i + 1);
        }
        return end;
    }

    /// Where loops may put each value: its own place, and those of the sources of its sources.
    void find_places() {
        places_.resize(plan_.values.size());
        for (size_t i = 0; i < places_.size(); ++i) places_[i] = {static_cast<int32_t>(i)};
        for (bool changed = true; changed;) {
            changed = false;
            for (const Step& step : plan_.steps) {
                changed |= add_places(step.starts);
                changed |= add_places(step.moves);
            }
        }
    }

    bool add_places(const std::vector<int32_t>& pairs) {
        bool changed = false;
        for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
            std::vector<int32_t>& to = places_[static_cast<size_t>(pairs[i])];
            const std::vector<int32_t> from = places_[static_cast<size_t>(pairs[i + 1])];
            for (const int32_t value : from) {
                if (std::find(to.begin(), to.end(), value) != to.end()) continue;
                to.push_back(value);
                changed = true;
            }
        }
        return changed;
    }

    void need_all(int32_t value) {
        for (const int32_t place : places_[static_cast<size_t>(value)]) need(range_of(place));
    }

    /// The step itself, or the beginning of the loop that ends with it.
    size_t first_of(size_t last) const {
        int depth = 0;
        for (size_t i = last;; --i) {
            depth += plan_.steps[i].kind == Step::Kind::loop_end;
            depth -= plan_.steps[i].kind == Step::Kind::loop_begin;
            if (depth == 0) return i;
        }
    }

    /// At the largest sizes, for which the memory is planned.
    Range range_of(int32_t value) const {
        const PlanValue& v = plan_.values[static_cast<size_t>(value)];
        const int64_t element = size_bytes(v.type.dtype);
        const int64_t offset = v.offset + evaluate(v.symbolic_offset, largest_);
        Range range{v.space, v.index, offset, offset + element};
        int64_t dense = element;
        for (size_t i = v.type.shape.size(); i-- > 0;) {
            const int64_t extent = evaluate(v.type.shape[i], largest_);
            const int64_t stride =
                v.strides.empty() ? dense : element * evaluate(v.strides[i], largest_);
            if (extent > 0) (stride < 0 ? range.low : range.high) += stride * (extent - 1);
            dense *= extent;
        }
        return range;
    }

    /// Only what steps can write is looked for.
    void need(const Range& range) {
        if (range.space != Space::arena && range.space != Space::output) return;
        for (const Range& other : live_) {
            if (other.covers(range)) return;
        }
        live_.push_back(range);
    }

    static std::span<const int32_t> outputs_of(const Step& step) {
        const std::span<const int32_t> values = step.values;
        switch (step.kind) {
            case Step::Kind::kernel:
            case Step::Kind::module_output:
                return values.last(std::min(values.size(), static_cast<size_t>(step.output_count)));
            case Step::Kind::copy:
                return values.last(1);
            case Step::Kind::module_input:
                return values;  // a hook may replace them
            default:
                return {};
        }
    }

    /// What a loop moves on may be anywhere between its first and its last place.
    std::vector<Range> ranges_of(std::span<const int32_t> values, size_t first, size_t last) const {
        std::vector<Range> ranges;
        std::vector<int32_t> all;
        for (const int32_t value : values) {
            const std::vector<int32_t>& places = places_[static_cast<size_t>(value)];
            all.insert(all.end(), places.begin(), places.end());
        }
        for (const int32_t value : all) {
            Range range = range_of(value);
            for (size_t i = first; i <= last; ++i) {
                const Step& step = plan_.steps[i];
                if (step.kind != Step::Kind::loop_begin) continue;
                if (step.values.empty()) continue;
                const int64_t rounds = std::max<int64_t>(evaluate(step.count, largest_) - 1, 0);
                for (size_t k = 0; k < step.values.size(); ++k) {
                    if (step.values[k] != value) continue;
                    const int64_t way = rounds * evaluate(step.advance[k], largest_);
                    (way < 0 ? range.low : range.high) += way;
                }
            }
            ranges.push_back(range);
        }
        return ranges;
    }

    bool writes_needed(size_t first, size_t last) const {
        for (size_t i = first; i <= last; ++i) {
            for (const Range& written : ranges_of(outputs_of(plan_.steps[i]), first, last)) {
                for (const Range& range : live_) {
                    if (written.overlaps(range)) return true;
                }
            }
        }
        return false;
    }

    /// Replaces what the steps write by what they read.
    void take(size_t first, size_t last) {
        if (first == last && plan_.steps[first].kind != Step::Kind::module_input &&
            plan_.steps[first].kind != Step::Kind::module_output) {
            for (const int32_t value : outputs_of(plan_.steps[first])) {
                if (places_[static_cast<size_t>(value)].size() > 1) continue;
                if (!plan_.values[static_cast<size_t>(value)].strides.empty()) continue;
                const Range written = range_of(value);
                std::erase_if(live_, [&](const Range& range) { return written.covers(range); });
            }
        }
        for (size_t i = first; i <= last; ++i) {
            const Step& step = plan_.steps[i];
            if (step.kind == Step::Kind::loop_begin || step.kind == Step::Kind::loop_end) continue;
            if (step.kind == Step::Kind::loop_exit) need_all(step.values[0]);
            const size_t outputs = outputs_of(step).size();
            // Marks pass on what they are given; a kernel's outputs are only written.
            const bool is_mark =
                step.kind == Step::Kind::module_input || step.kind == Step::Kind::module_output;
            const size_t inputs = is_mark ? step.values.size() : step.values.size() - outputs;
            for (const Range& range :
                 ranges_of(std::span(step.values).first(inputs), first, last)) {
                need(range);
            }
        }
    }

    const artifact::Plan& plan_;
    std::vector<int64_t> largest_;
    std::vector<Range> live_;
    std::vector<std::vector<int32_t>> places_;  // of every value
};

}  // namespace

std::vector<bool> needed_steps(const artifact::Artifact& artifact, const artifact::Plan& plan,
                               size_t end, std::span<const int32_t> values) {
    return Slicer(artifact, plan).run(end, values);
}

}  // namespace lithe
