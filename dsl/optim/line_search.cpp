#include "dsl/optim/line_search.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace lithe::optim {
namespace {

/// Where the cubic through two points with their slopes is least, brought into low..high.
double cubic_minimum(const LinePoint& a, const LinePoint& b, double low, double high) {
    const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.step - b.step);
    const double square = d1 * d1 - a.slope * b.slope;
    if (!(square >= 0)) return (low + high) / 2;
    const double d2 = std::sqrt(square);
    const double least =
        a.step <= b.step
            ? b.step - (b.step - a.step) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
            : a.step - (a.step - b.step) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
    return std::min(std::max(least, low), high);
}

class Search {
public:
    Search(const std::function<LinePoint(double)>& evaluate, const LinePoint& start, double norm,
           const LineSearchOptions& options)
        : evaluate_(evaluate), start_(start), norm_(norm), options_(options) {}

    LineSearchResult run(double first_step) {
        if (!bracket(first_step)) zoom();
        return {low(), evaluations_};
    }

private:
    LinePoint at(double step) {
        ++evaluations_;
        return evaluate_(step);
    }
    bool is_too_high(const LinePoint& p) const {
        return p.loss > start_.loss + options_.sufficient_decrease * p.step * start_.slope;
    }
    bool is_flat(const LinePoint& p) const {
        return std::abs(p.slope) <= -options_.curvature * start_.slope;
    }
    LinePoint& low() { return ends_[low_]; }
    LinePoint& high() { return ends_[1 - low_]; }
    void find_low() { low_ = ends_[0].loss <= ends_[1].loss ? 0 : 1; }
    void set_ends(const LinePoint& a, const LinePoint& b) {
        ends_[0] = a;
        ends_[1] = b;
        find_low();
    }

    /// Steps outwards until two points have one that will do between them; true where a step itself
    /// does.
    bool bracket(double step) {
        LinePoint before = start_, now = at(step);
        for (; iterations_ < options_.max_iterations; ++iterations_) {
            const bool has_risen = iterations_ > 1 && now.loss >= before.loss;
            if (is_too_high(now) || has_risen) return set_ends(before, now), false;
            if (is_flat(now)) return ends_[low_] = now, true;
            if (now.slope >= 0) return set_ends(before, now), false;
            const double nearest = now.step + 0.01 * (now.step - before.step),
                         farthest = now.step * 10;
            const double next = cubic_minimum(before, now, nearest, farthest);
            before = now;
            now = at(next);
        }
        set_ends(start_, now);
        return false;
    }

    /// A trial step within the bracket, kept off its ends where it came too close to them twice.
    double trial() {
        const auto [left, right] = std::minmax(ends_[0].step, ends_[1].step);
        const double step = cubic_minimum(ends_[0], ends_[1], left, right);
        const double margin = 0.1 * (right - left);
        const bool is_near_end = std::min(right - step, step - left) < margin;
        const bool must_move = is_near_end && (is_stuck_ || step >= right || step <= left);
        is_stuck_ = is_near_end && !must_move;
        if (!must_move) return step;
        return std::abs(step - right) < std::abs(step - left) ? right - margin : left + margin;
    }

    /// Narrows the bracket.
    void zoom() {
        for (; iterations_ < options_.max_iterations; ++iterations_) {
            if (std::abs(ends_[1].step - ends_[0].step) * norm_ < options_.tolerance_change) return;
            const LinePoint now = at(trial());
            if (is_too_high(now) || now.loss >= low().loss) {
                high() = now;
                find_low();
                continue;
            }
            const bool is_done = is_flat(now);
            if (!is_done && now.slope * (high().step - low().step) >= 0) high() = low();
            low() = now;
            if (is_done) return;
        }
    }

    const std::function<LinePoint(double)>& evaluate_;
    const LinePoint& start_;
    double norm_;
    const LineSearchOptions& options_;
    std::array<LinePoint, 2> ends_;
    size_t low_ = 0;
    int64_t evaluations_ = 0, iterations_ = 0;
    bool is_stuck_ = false;
};

}  // namespace

LineSearchResult strong_wolfe(const std::function<LinePoint(double)>& evaluate,
                              const LinePoint& start, double first_step, double direction_norm,
                              const LineSearchOptions& options) {
    return Search(evaluate, start, direction_norm, options).run(first_step);
}

}  // namespace lithe::optim
