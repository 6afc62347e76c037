import theme from 'vitepress/theme-without-fonts';
import { defineAsyncComponent } from 'vue';
import './style.css';

export default {
  extends: theme,
  enhanceApp({ app }) {
    // loaded on its page alone, and by browsers alone
    if (!import.meta.env.SSR) {
      app.component(
        'Playground',
        defineAsyncComponent(() => import('../../playground/page/Playground.vue')),
      );
    }
  },
};
