// SPDX-License-Identifier: GPL-2.0-or-later
// Bars, sparklines and braille charts: numbers into cells, in Unicode or ASCII.
#ifndef VMTUI_UI_SCREEN_CHART_H
#define VMTUI_UI_SCREEN_CHART_H

#include "ui/screen/frame.h"

// Where there are more values than places to draw them, each place shows the largest of its own.

// "###--": fraction 0..1 of `columns`; below 0 draws the unknown ("-" in the middle).
void chart_bar(struct frame *frame, const struct rect *clip, int row, int column, int columns,
               double fraction, enum role role);
// One line of block elements (or " .:-=+*#%@"), newest value at the right; NAN leaves a gap.
void chart_spark(struct frame *frame, const struct rect *clip, int row, int column, int columns,
                 const float *values, size_t count, double maximum, enum role role);
// A filled chart of count values spread over the whole width: braille dots in Unicode, characters
// in ASCII. A known zero keeps a dot, NAN a gap. Dots add to dots that are there, so that one chart
// can be drawn over another. maximum > 0.
void chart_area(struct frame *frame, struct rect rect, const float *values, size_t count,
                double maximum, enum role role);
// A round number at or above value to scale a chart with (1, 2, 5 x 10^n; powers of 1024 for
// bytes).
double chart_nice_maximum(double value, bool bytes);

#endif
