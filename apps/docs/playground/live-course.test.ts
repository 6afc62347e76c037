import { describe, expect, it } from 'vitest';
import { COURSE_SECONDS, type Course, coursePoints, emptyCourse, pushed } from './live-course.ts';

describe('pushed()', () => {
  it('keeps the last seconds, and no more values than it may hold', () => {
    let course: Course = emptyCourse();
    for (let i = 0; i <= 2000; i++) course = pushed(course, i / 10, i);
    expect(course.values.at(-1)).toBe(2000);
    expect(course.times[0]).toBeCloseTo(200 - COURSE_SECONDS, 6);
    for (let i = 1; i <= 5000; i++) course = pushed(course, 200 + i / 1000, i);
    expect(course.values).toHaveLength(1200);
    expect(course.values[0]).toBe(3801);
  });
});

describe('coursePoints()', () => {
  it('puts values into a box by their times, the highest at its top; of those on one place the highest', () => {
    const course = { times: [1, 1.5, 1.501, 2, 3], values: [0, 1, 0.5, 2, 8] };
    const box = { begin: 1, end: 3, width: 20, height: 4, most: 2 };
    expect(coursePoints(course, box)).toBe('0,4.0 5,2.0 10,0.0 20,0.0');
  });
});
